/**
 * A members' page in JSP on Tomcat, as such pages are: it keeps its session's id at sign-in, and takes it from
 * `;jsessionid=…` as well as from the cookie, which is what Tomcat does if nobody says otherwise. It is here to be attacked.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningSite, startProgram } from '../one-program.ts'

export const users = [
  { name: 'alice', password: 'wonderland' },
  { name: 'bob', password: 'builder' },
] as const

/**
 * Starts Tomcat with a folder of its own. A page is compiled when it is asked for first.
 *
 * @param catalina - `catalina.sh`, in the folder where Debian or Apache put it
 * @example
 * const site = await startTomcat('/usr/share/tomcat10/bin/catalina.sh')
 * await site.close()
 */
export function startTomcat(catalina: string): Promise<RunningSite> {
  return startProgram({
    files: fileURLToPath(new URL('site', import.meta.url)),
    page: '/members/index.jsp',
    env: { CATALINA_HOME: dirname(dirname(catalina)), JAVA_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx192m' },
    async prepare(folder, port) {
      for (const name of ['conf', 'logs', 'temp', 'work', 'webapps']) await mkdir(join(folder, name))
      await writeFile(join(folder, 'conf/server.xml'), server(folder, port))
      await writeFile(join(folder, 'conf/web.xml'), DEFAULTS)
      // Debian's shell script takes the base from its variable alone.
      const env = `CATALINA_BASE=${folder}`
      return { name: 'tomcat', command: 'env', args: [env, `CATALINA_TMPDIR=${folder}/temp`, catalina, 'run'] }
    },
  })
}

function server(folder: string, port: number): string {
  return `<Server port="-1">
  <Service name="Catalina">
    <Connector port="${port}" address="127.0.0.1" protocol="HTTP/1.1" />
    <Engine name="Catalina" defaultHost="localhost">
      <Realm className="org.apache.catalina.realm.MemoryRealm" pathname="${folder}/site/WEB-INF/users.xml" />
      <Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
        <Context path="/members" docBase="${folder}/site" />
      </Host>
    </Engine>
  </Service>
</Server>
`
}

/** What Tomcat's own conf/web.xml says, as far as a site of pages and files needs it. */
const DEFAULTS = `<?xml version="1.0" encoding="UTF-8"?>
<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
  <servlet>
    <servlet-name>default</servlet-name>
    <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
  </servlet>
  <servlet>
    <servlet-name>jsp</servlet-name>
    <servlet-class>org.apache.jasper.servlet.JspServlet</servlet-class>
  </servlet>
  <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
  <servlet-mapping><servlet-name>jsp</servlet-name><url-pattern>*.jsp</url-pattern></servlet-mapping>
  <mime-mapping><extension>svg</extension><mime-type>image/svg+xml</mime-type></mime-mapping>
</web-app>
`

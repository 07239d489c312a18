/** A folder of its own for Tomcat (`CATALINA_BASE`), so that it needs none of the machine's. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Program } from '../aspnet/keep.ts'

/**
 * Makes the folder, and says how Tomcat is started on it.
 *
 * @param catalina - `catalina.sh`, in the folder where Debian or Apache put it
 * @param server - what stands in the configuration's `<Engine>`
 */
export async function makeTomcatBase(folder: string, port: number, catalina: string, engine: string): Promise<Program> {
  for (const name of ['conf', 'logs', 'temp', 'work', 'webapps']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'conf/server.xml'), server(port, engine))
  await writeFile(join(folder, 'conf/web.xml'), DEFAULTS)
  // Debian's shell script takes the base from its variable alone.
  const env = [`CATALINA_BASE=${folder}`, `CATALINA_TMPDIR=${folder}/temp`]
  return { name: 'tomcat', command: 'env', args: [...env, catalina, 'run'] }
}

/** Small, and quick to start. */
export function tomcatEnvironment(catalina: string): Record<string, string> {
  return {
    CATALINA_HOME: dirname(dirname(catalina)),
    JAVA_OPTS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx192m',
  }
}

function server(port: number, engine: string): string {
  return `<Server port="-1">
  <Service name="Catalina">
    <Connector port="${port}" address="127.0.0.1" protocol="HTTP/1.1" />
    <Engine name="Catalina" defaultHost="localhost">
${engine}
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
  <mime-mapping><extension>gif</extension><mime-type>image/gif</mime-type></mime-mapping>
  <mime-mapping><extension>html</extension><mime-type>text/html</mime-type></mime-mapping>
  <mime-mapping><extension>svg</extension><mime-type>image/svg+xml</mime-type></mime-mapping>
</web-app>
`

/**
 * A members' page in JSP on Tomcat, as such pages are: it keeps its session's id at sign-in, and takes it from
 * `;jsessionid=…` as well as from the cookie, which is what Tomcat does if nobody says otherwise. It is here to be attacked.
 */
import { fileURLToPath } from 'node:url'
import { type RunningSite, startProgram } from '../one-program.ts'
import { makeTomcatBase, tomcatEnvironment } from './base.ts'

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
    env: tomcatEnvironment(catalina),
    prepare: (folder, port) => makeTomcatBase(folder, port, catalina, engine(folder)),
  })
}

function engine(folder: string): string {
  return `      <Realm className="org.apache.catalina.realm.MemoryRealm" pathname="${folder}/site/WEB-INF/users.xml" />
      <Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
        <Context path="/members" docBase="${folder}/site" />
      </Host>`
}

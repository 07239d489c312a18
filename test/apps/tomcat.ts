/**
 * Tomcat's own examples, as Debian packages them: the form sign-in of the container (`j_security_check`), and what the
 * examples keep in a session. They take no upload: a page of ours does, beside them and with their session.
 */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { makeTomcatBase, tomcatEnvironment } from '../../examples/tomcat/base.ts'
import type { Product } from './product.ts'
import { answers, said, startOnFreePort } from './programs.ts'

const users = { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } }

const MEMBERS = '/jsp/security/protected/index.jsp'
const SESSION = '/servlets/servlet/SessionExample'

export const tomcat: Product = {
  name: "Tomcat's examples",
  preset: 'java',
  // The members' page is the sign-out as well.
  logout: `{ path: ${MEMBERS}, query: logoff=true }`,
  needs: ['tomcat', 'tomcat-examples'],

  async start({ tomcat: catalina, 'tomcat-examples': file }) {
    const examples = file!.slice(0, file!.indexOf('/jsp/security'))
    const programs = await startOnFreePort('tomcat', async (folder, port) => {
      await writeFile(join(folder, 'users.xml'), realm())
      const program = await makeTomcatBase(folder, port, catalina!, engine(folder, examples))
      return {
        programs: [program],
        env: tomcatEnvironment(catalina!),
        // A page is compiled when it is asked for first.
        ready: async () => {
          const url = `http://127.0.0.1:${port}`
          if (!(await answers(url + MEMBERS, 'j_security_check')) || !(await answers(url + SESSION, 'dataname'))) return
          return /Apache Tomcat\/([\d.]+)/.exec(await said(folder, 'tomcat'))?.[1]
        },
      }
    })
    return { url: `http://127.0.0.1:${programs.port}`, version: `Tomcat ${programs.said}`, close: programs.close }
  },

  places: {
    users,
    // The container asks for a sign-in where a page is asked for that needs one, and nowhere else.
    signIn: ({ name, password }) => ({ page: MEMBERS, fields: { j_username: name, j_password: password } }),
    signOut: { method: 'GET', path: `${MEMBERS}?logoff=true` },
    whoami: MEMBERS,
    secret: { path: SESSION, enter: (card) => ({ page: SESSION, fields: { dataname: 'card', datavalue: card } }) },
    content: ['/jsp/index.html', '/jsp/sessions/carts.jsp', '/jsp/images/code.gif'],
    image: '/jsp/images/code.gif',
    applicationCookies: ['JSESSIONID'],
  },

  does: { work: 'data kept in the session', upload: 'a file, by a page of ours: the examples take none' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(url + MEMBERS)
      await page.fill('input[name=j_username]', name)
      await page.fill('input[name=j_password]', password)
      await press(page, 'input[type=submit]')
    },
    async work(page, url, word) {
      await page.goto(url + SESSION)
      const form = 'form[method=POST]'
      await page.fill(`${form} input[name=dataname]`, 'note')
      await page.fill(`${form} input[name=datavalue]`, word)
      await press(page, `${form} input[type=submit]`)
      await page.goto(url + MEMBERS)
      await page.waitForSelector(`td:text-is("${word}")`)
    },
    async upload(page, url, file) {
      await page.goto(`${url}/ours/file.jsp`)
      await page.setInputFiles('input[type=file]', file)
      await press(page, 'input[type=submit]')
      return new URL((await page.getAttribute('#kept a', 'href'))!, page.url()).href
    },
    async signOut(page, url) {
      await page.goto(url + MEMBERS)
      await press(page, 'a[href*="logoff=true"]')
    },
  },

  exposed: [],
  idsOutside: /jsessionid/i,
  seen: {
    strangerGets: ['JSESSIONID'],
    memberHas: ['JSESSIONID'],
    scriptReads: [],
    sameAfterSignIn: [],
    oldCookiesOpen: false,
  },
  holds: {
    "F2 cookie from a cache, the seed's nine steps": 'the cookie is set once, on pages that say nothing of a lifetime',
    "F2 another user's page from a cache": 'pages say nothing of a lifetime, and no such page is kept without one',
    'F3 planted token, by cookie': 'the container gives a new id at sign-in',
    'F3 an id that nobody issued': 'the container takes no id that it did not issue',
    'F4 frozen jar after sign-out': 'the page forgets the session on the server (HttpSession.invalidate)',
    'F4 old cookie after the next sign-in': 'the page forgets the session on the server (HttpSession.invalidate)',
    'F5 a script reads the cookie': 'the cookie is HttpOnly',
    'F5 cookie outlives the browser window': 'the cookie is not persistent',
    'F5 the next token is guessed': 'ids are 128 random bits',
    'F5 the id is in a link or a field': 'from the second page on, links have no id: the browser takes cookies',
  },
  inapplicable: {
    'F3 next user on the same browser': 'who is signed in is shown no sign-in form, and signs out first',
  },
}

/** At the root of the host, as one application by itself would be. Beside the examples' files, ours; casual multipart, because a page has no `<multipart-config>`. */
function engine(folder: string, examples: string): string {
  const ours = dirname(fileURLToPath(new URL('tomcat/file.jsp', import.meta.url)))
  const resources = 'org.apache.catalina.webresources.DirResourceSet'
  return `<Realm className="org.apache.catalina.realm.MemoryRealm" pathname="${folder}/users.xml" />
<Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
  <Context path="" docBase="${examples}" allowCasualMultipartParsing="true">
    <Resources allowLinking="true">
      <PostResources className="${resources}" base="${ours}" webAppMount="/ours" />
    </Resources>
  </Context>
</Host>`
}

function realm(): string {
  const members = Object.values(users).map(({ name, password }) => {
    return `  <user username="${name}" password="${password}" roles="role1" />\n`
  })
  return `<tomcat-users>\n${members.join('')}</tomcat-users>\n`
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}

/** Django's admin site, on SQLite, with one model that has an attachment. */
import { cp, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Product } from './product.ts'
import { said, startPrograms } from './programs.ts'

export const django: Product = {
  name: 'Django admin',
  preset: 'django',
  needs: ['python3', 'django'],

  async start({ python3, django: module }) {
    const programs = await startPrograms('django', async (folder) => {
      await cp(fileURLToPath(new URL('django', import.meta.url)), join(folder, 'site'), { recursive: true })
      await mkdir(join(folder, 'data'))
      return {
        programs: [{ name: 'django', command: python3!, args: ['serve.py'] }],
        // Debian's packages for its own Python: the python3 on PATH may be another one.
        env: { PYTHONPATH: dirname(dirname(module!)), PROJECT_DATA: join(folder, 'data'), PYTHONUNBUFFERED: '1' },
        ready: async () => /^Django .* listens on port \d+$/m.exec(await said(folder, 'django'))?.[0],
      }
    })
    const [version, port] = programs.said.split(' listens on port ')
    return {
      url: `http://127.0.0.1:${port}`,
      version: version!,
      stores: [join(programs.folder, 'data/db.sqlite3')],
      close: programs.close,
    }
  },

  places: {
    users: { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } },
    signIn: ({ name, password }) => ({ page: '/admin/login/', fields: { username: name, password } }),
    // A link in Django 3.2; from 4.1 on a form, and 4.2 still takes the link.
    signOut: { method: 'GET', path: '/admin/logout/' },
    whoami: '/admin/',
    // The front page lists what its reader did last, and nobody else's doings.
    secret: { path: '/admin/', enter: (card) => ({ page: '/admin/notes/note/add/', fields: { title: card } }) },
    content: ['/admin/', '/admin/notes/note/', '/static/admin/css/base.css'],
    image: '/static/admin/img/icon-addlink.svg',
    applicationCookies: ['sessionid'],
  },

  does: { work: 'an entry written and changed', upload: 'an attachment' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/admin/login/?next=/admin/`)
      await page.fill('input[name=username]', name)
      await page.fill('input[name=password]', password)
      await press(page, 'input[type=submit]')
    },
    async work(page, url, word) {
      await page.goto(`${url}/admin/notes/note/add/`)
      await page.fill('input[name=title]', word)
      await press(page, 'input[name=_continue]')
      await page.fill('textarea[name=text]', `changed: ${word}`)
      await press(page, 'input[name=_save]')
      await page.click(`#result_list a:text-is("${word}")`)
      await page.waitForFunction(`document.querySelector('textarea[name=text]')?.value === 'changed: ${word}'`)
    },
    async upload(page, url, file) {
      await page.goto(`${url}/admin/notes/note/add/`)
      await page.fill('input[name=title]', file.name)
      await page.setInputFiles('input[name=attachment]', file)
      await press(page, 'input[name=_continue]')
      return new URL((await page.getAttribute('.file-upload a', 'href'))!, url).href
    },
    async signOut(page, url) {
      await page.goto(`${url}/admin/`)
      await press(page, '#user-tools [href="/admin/logout/"], #logout-form button')
    },
  },

  exposed: ['csrftoken'],
  seen: {
    strangerGets: ['csrftoken'],
    memberHas: ['csrftoken', 'sessionid'],
    scriptReads: ['csrftoken'],
    sameAfterSignIn: [],
    oldCookiesOpen: false,
  },
  alsoKnown: ['doors', 'stores'],
  holds: {
    "F2 cookie from a cache, the seed's nine steps": 'Django says Vary: Cookie, and no-store on the admin site',
    "F2 another user's page from a cache": 'Django says Vary: Cookie, and no-store on the admin site',
    'F3 planted token, by cookie': 'Django gives a new id at sign-in',
    'F3 an id that nobody issued': 'Django takes no id that it did not issue',
    'F3 sign-in by a cross-site form': 'every form carries a token of its own against that',
    'F4 frozen jar after sign-out': 'Django forgets the session at sign-out',
    'F4 old cookie after the next sign-in': 'Django forgets the session at sign-out',
    'F5 a script reads the cookie': 'sessionid is HttpOnly',
    'F5 the next token is guessed': 'ids are 32 random letters and digits',
    'F5 the id is in a link or a field': 'Django writes no id into pages',
  },
  inapplicable: {
    'F3 next user on the same browser': 'who is signed in is led past the sign-in form, and signs out first',
  },
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}

/** DokuWiki, which keeps its pages in files, on PHP's own server. */
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Product } from './product.ts'
import { said, startPrograms } from './programs.ts'

/** Debian keeps the configuration and the empty wiki here, out of the reach of the web. */
const CONFIGURATION = '/etc/dokuwiki'
const EMPTY_WIKI = '/var/lib/dokuwiki/data'

const users = { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } }

export const dokuwiki: Product = {
  name: 'DokuWiki',
  preset: 'dokuwiki',
  needs: ['php', 'dokuwiki'],

  async start({ php, dokuwiki }) {
    const root = dirname(dokuwiki!)
    const programs = await startPrograms('dokuwiki', async (folder) => {
      await makeWiki(folder)
      const settings = { auto_prepend_file: join(folder, 'prepend.php'), 'session.save_path': join(folder, 'sessions') }
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-d', `${name}=${value}`])
      return {
        programs: [{ name: 'php', command: php!, args: [...flags, '-S', '127.0.0.1:0', '-t', root] }],
        env: { PHP_CLI_SERVER_WORKERS: '4' },
        ready: async () =>
          /Development Server \(http:\/\/127\.0\.0\.1:(\d+)\) started/.exec(await said(folder, 'php'))?.[1],
      }
    })
    const url = `http://127.0.0.1:${programs.said}`
    const version = (await readFile(join(root, 'VERSION'), 'utf8')).trim()
    return { url, version: `DokuWiki ${version}`, close: programs.close }
  },

  places: {
    users,
    signIn: ({ name, password }) => ({ page: '/doku.php?id=start&do=login', fields: { u: name, p: password } }),
    signOut: { method: 'GET', path: '/doku.php?id=start&do=logout', on: '/doku.php?id=start' },
    whoami: '/doku.php?id=nobodys:page',
    secret: {
      path: '/doku.php?id=start&do=profile',
      enter: (card) => ({
        page: '/doku.php?id=start&do=profile',
        fields: { fullname: card, email: 'alice@example.test', oldpass: users.victim.password },
      }),
    },
    content: ['/doku.php?id=start', '/lib/exe/css.php?t=dokuwiki', '/lib/tpl/dokuwiki/images/logo.png'],
    image: '/lib/tpl/dokuwiki/images/logo.png',
    applicationCookies: ['DokuWiki'],
  },

  does: { work: 'a page written and changed', upload: 'a file, by script' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/doku.php?id=start&do=login`)
      await page.fill('input[name=u]', name)
      await page.fill('input[name=p]', password)
      await press(page, '#dw__login button[type=submit]')
    },
    async work(page, url, word) {
      await page.goto(`${url}/doku.php?id=notes:${word}&do=edit`)
      await page.fill('textarea[name=wikitext]', `written: ${word}`)
      await press(page, 'button[name="do[save]"]')
      await page.goto(`${url}/doku.php?id=notes:${word}&do=edit`)
      await page.fill('textarea[name=wikitext]', `changed: ${word}`)
      await press(page, 'button[name="do[save]"]')
      await page.waitForSelector(`text="changed: ${word}"`)
      await changePassword(page, url)
    },
    async upload(page, url, file) {
      await page.goto(`${url}/lib/exe/mediamanager.php?ns=notes`)
      await page.setInputFiles('#mediamanager__uploader input[type=file]', file)
      await page.click('#mediamanager__upload_button')
      await page.waitForSelector(`#mediamanager__uploader .success, #media__content :text("${file.name}")`)
      return `${url}/lib/exe/fetch.php?media=notes:${file.name}`
    },
    async signOut(page, url) {
      await page.goto(`${url}/doku.php?id=start`)
      await press(page, 'a[href*="do=logout"]')
    },
  },

  exposed: ['DOKU_PREFS'],
  seen: {
    strangerGets: ['DokuWiki'],
    memberHas: ['DOKU_PREFS', 'DW*', 'DokuWiki'],
    scriptReads: ['DOKU_PREFS'],
    sameAfterSignIn: ['DokuWiki'],
    oldCookiesOpen: true,
  },
  holds: {
    'F1 tapped after sign-in over https': 'told by the proxy that it is https, DokuWiki makes its cookies Secure',
    "F2 cookie from a cache, the seed's nine steps":
      'DokuWiki says no-store on every page, and sets no cookie elsewhere',
    "F2 another user's page from a cache": 'DokuWiki says no-store on every page',
    'F3 planted token, by cookie': 'the session alone signs nobody in: the ticket DW… is needed as well',
    'F3 an id that nobody issued': 'the session alone signs nobody in',
    'F5 a script reads the cookie': 'both cookies are HttpOnly',
    'F5 cookie outlives the browser window': 'neither cookie is persistent, unless the user asks for it',
    'F5 the next token is guessed': 'the ticket is encrypted',
    'F5 the id is in a link or a field': 'DokuWiki writes no id into pages',
  },
  inapplicable: {
    'F3 next user on the same browser': 'who is signed in is shown no sign-in form, and signs out first',
  },
}

/** A wiki of which a stranger sees nothing, and two members. */
async function makeWiki(folder: string): Promise<void> {
  await cp(CONFIGURATION, join(folder, 'conf'), { recursive: true, dereference: true })
  await cp(EMPTY_WIKI, join(folder, 'data'), { recursive: true })
  await mkdir(join(folder, 'sessions'))
  const members = Object.values(users).map(({ name, password }) => {
    const hash = createHash('sha1').update(password).digest('hex')
    return `${name}:${hash}:${name}:${name}@example.test:user\n`
  })
  const files = {
    'prepend.php': `<?php\ndefine('DOKU_CONF', '${folder}/conf/');\n`,
    'conf/local.php': `<?php
$conf['title'] = 'Wiki';
$conf['useacl'] = 1;
$conf['superuser'] = '@admin';
$conf['passcrypt'] = 'sha1';
$conf['savedir'] = '${folder}/data';
`,
    'conf/users.auth.php': members.join(''),
    'conf/acl.auth.php': '*\t@ALL\t0\n*\t@user\t8\n',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

/** To what it was: DokuWiki gives a new ticket all the same, by a form that goes where sign-ins go and names nobody. */
async function changePassword(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/doku.php?id=start&do=profile`)
  for (const field of ['newpass', 'passchk', 'oldpass']) {
    await page.fill(`#dw__register input[name=${field}]`, users.victim.password)
  }
  await press(page, '#dw__register button[type=submit]')
  await page.goto(`${url}/doku.php?id=start&do=profile`)
  await page.waitForSelector('#dw__register input[name=newpass]')
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}

/** WordPress on PHP's own server, with a MariaDB of its own. */
import { execFile } from 'node:child_process'
import { access, cp, mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import type { Product } from './product.ts'
import { answers, said, startPrograms } from './programs.ts'

const run = promisify(execFile)

const users = { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } }

export const wordpress: Product = {
  name: 'WordPress',
  preset: 'wordpress',
  needs: ['php', 'php-mysql', 'mariadb-install-db', 'mariadbd', 'wordpress', 'wordpress-theme'],

  async start({ php, mariadbd, 'mariadb-install-db': installDatabase, wordpress, 'wordpress-theme': theme }) {
    const programs = await startPrograms('wordpress', async (folder) => {
      const database = databaseOptions(folder)
      await run(installDatabase!, [...database, '--auth-root-authentication-method=normal', '--skip-test-db'])
      await makeSite(folder, dirname(wordpress!), dirname(theme!))
      const prepend = `auto_prepend_file=${join(folder, 'prepend.php')}`
      let installed: Promise<void> | undefined
      return {
        programs: [
          {
            name: 'mariadb',
            command: mariadbd!,
            args: [...database, '--skip-networking', `--socket=${folder}/db.sock`, `--pid-file=${folder}/db.pid`],
          },
          { name: 'php', command: php!, args: ['-d', prepend, '-S', '127.0.0.1:0', '-t', join(folder, 'site')] },
        ],
        env: { PHP_CLI_SERVER_WORKERS: '4' },
        async ready() {
          const port = /Development Server \(http:\/\/127\.0\.0\.1:(\d+)\) started/.exec(await said(folder, 'php'))?.[1]
          if (port === undefined || !(await exists(join(folder, 'db.sock')))) return undefined
          installed ??= run(php!, ['-d', prepend, join(folder, 'install.php')]).then(() => {})
          await installed
          return (await answers(`http://127.0.0.1:${port}/wp-login.php`, 'user_login')) ? port : undefined
        },
      }
    })
    const url = `http://127.0.0.1:${programs.said}`
    const feed = await (await fetch(`${url}/?feed=rss2`)).text()
    const version = /<generator>\S*v=([\d.]+)/.exec(feed)?.[1] ?? ''
    return { url, version: `WordPress ${version}`, close: programs.close }
  },

  places: {
    users,
    signIn: ({ name, password }) => ({ page: '/wp-login.php', fields: { log: name, pwd: password } }),
    signOut: { method: 'GET', path: '/wp-login.php?action=logout', on: '/wp-admin/profile.php' },
    whoami: '/wp-admin/profile.php',
    secret: {
      path: '/wp-admin/profile.php',
      enter: (card) => ({
        page: '/wp-admin/profile.php',
        fields: { nickname: card, email: 'alice@example.test' },
      }),
    },
    content: ['/', '/wp-includes/css/dashicons.min.css', '/wp-includes/images/w-logo-blue.png'],
    image: '/wp-includes/images/w-logo-blue.png',
  },

  does: { work: 'settings, and an article by script', upload: 'a picture' },

  person: {
    async signIn(page, url, { name, password }) {
      await page.goto(`${url}/wp-login.php`)
      // The page's script empties the field when it puts the cursor there, a moment after it has loaded.
      await page.waitForFunction(`document.activeElement?.id === 'user_login'`)
      await page.fill('#user_login', name)
      await page.fill('#user_pass', password)
      await press(page, '#wp-submit')
    },
    async work(page, url, word) {
      // A form, and then the editor, which talks to the REST interface with a nonce.
      await page.goto(`${url}/wp-admin/options-general.php`)
      await page.fill('#blogdescription', word)
      await press(page, '#submit')
      await page.goto(`${url}/wp-admin/post-new.php`)
      await page.waitForFunction(`window.wp?.data?.select('core/editor')?.getCurrentPostId()`)
      const permalink = await page.evaluate(`(async () => {
        wp.data.dispatch('core/editor').editPost({ title: '${word}', content: '${word}', status: 'publish' })
        await wp.data.dispatch('core/editor').savePost()
        return wp.data.select('core/editor').getPermalink()
      })()`)
      await page.goto(permalink as string)
      await page.waitForSelector(`h1:has-text("${word}")`)
    },
    async upload(page, url, file) {
      await page.goto(`${url}/wp-admin/media-new.php?browser-uploader`)
      await page.setInputFiles('#async-upload', file)
      await press(page, '#html-upload')
      const answer = await page.evaluate(`fetch('/?rest_route=/wp/v2/media&per_page=1').then((got) => got.json())`)
      return (answer as [{ source_url: string }])[0].source_url
    },
    async signOut(page, url) {
      await page.goto(`${url}/wp-admin/profile.php`)
      const link = await page.getAttribute('#wp-admin-bar-logout a', 'href')
      await page.goto(link!)
    },
  },

  lifetime: { idle: 8, absolute: 12 },
  exposed: [],
  seen: {
    strangerGets: ['wordpress_test_cookie'],
    memberHas: ['wordpress_*', 'wordpress_logged_in_*', 'wordpress_test_cookie', 'wp-settings-time-*'],
    scriptReads: ['wordpress_test_cookie', 'wp-settings-time-*'],
    sameAfterSignIn: ['wordpress_test_cookie'],
    oldCookiesOpen: false,
  },
  holds: {
    'F1 tapped after sign-in over https': 'told by the proxy that it is https, WordPress makes its cookies Secure',
    'F1 https cookie on http': 'http and https look for different cookies, wordpress_* and wordpress_sec_*',
    "F2 cookie from a cache, the seed's nine steps": 'WordPress says no-cache on the pages of members',
    "F2 another user's page from a cache": 'WordPress says no-cache on the pages of members',
    'F3 planted token, by cookie': 'a stranger has no session that could be signed in',
    'F3 an id that nobody issued': 'cookies carry a signature of the server',
    'F3 next user on the same browser': 'nothing is kept in a session: what alice entered is kept with her name',
    'F4 frozen jar after sign-out': 'the server keeps a token for each sign-in, and forgets it at sign-out',
    'F4 old cookie after the next sign-in': 'the server keeps a token for each sign-in, and forgets it at sign-out',
    'F5 a script reads the cookie': 'the cookies that sign in are HttpOnly',
    'F5 cookie outlives the browser window': 'no cookie is persistent, unless the user asks for it',
    'F5 the next token is guessed': 'cookies carry a signature of the server',
    'F5 the id is in a link or a field': 'WordPress writes no id into pages',
  },
}

function databaseOptions(folder: string): string[] {
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  // Small logs: the folder is made anew for each run.
  return ['--no-defaults', `--datadir=${folder}/db`, '--innodb-log-file-size=8M', ...asRoot]
}

/**
 * Debian's files by links, so that the configuration and the uploads are this run's own. The address is that by which the
 * browser came: it is not known before a gateway stands in front.
 */
async function makeSite(folder: string, source: string, theme: string): Promise<void> {
  const site = join(folder, 'site')
  const theirs = (await readdir(source)).filter((name) => name !== 'wp-config.php' && name !== 'wp-content')
  for (const name of theirs) await symlink(join(source, name), join(site, name))
  await mkdir(join(site, 'wp-content/uploads'), { recursive: true })
  await mkdir(join(site, 'wp-content/plugins'))
  await cp(theme, join(site, 'wp-content/themes', 'twentytwentythree'), { recursive: true, dereference: true })
  const files = {
    'prepend.php': `<?php\ndefine('ABSPATH', '${site}/');\n`,
    'site/wp-config.php': `<?php
define('DB_NAME', 'wordpress');
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:${folder}/db.sock');
define('WP_CONTENT_DIR', ABSPATH . 'wp-content');
define('DISABLE_WP_CRON', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true);
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $name) {
  define($name . '_KEY', "known to everybody: $name");
  define($name . '_SALT', "known to everybody as well: $name");
}
// What a proxy that ends TLS makes necessary.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') $_SERVER['HTTPS'] = 'on';
$address = (isset($_SERVER['HTTPS']) ? 'https://' : 'http://') . $_SERVER['HTTP_HOST'];
define('WP_HOME', $address);
define('WP_SITEURL', $address);
define('WP_CONTENT_URL', $address . '/wp-content');
$table_prefix = 'wp_';
require_once ABSPATH . 'wp-settings.php';
`,
    'install.php': `<?php
$_SERVER['HTTP_HOST'] = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
(new mysqli(null, 'root', '', '', 0, '${folder}/db.sock'))->query('CREATE DATABASE wordpress');
define('WP_INSTALLING', true);
// Nobody is to be told by mail.
function wp_mail() { return true; }
require ABSPATH . 'wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Notes', '${users.victim.name}', 'alice@example.test', false, '', '${users.victim.password}');
$id = wp_create_user('${users.other.name}', '${users.other.password}', 'bob@example.test');
(new WP_User($id))->set_role('administrator');
`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Presses what leads to another page, and waits for that. */
async function press(page: Page, selector: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.click(selector)])
}

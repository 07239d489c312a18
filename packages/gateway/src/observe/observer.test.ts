// A site that only reports: everything passes as if there were no gateway, and is noted without a value.

import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../config/certificates-for-tests.ts'
import { parseConfig } from '../config/index.ts'
import { type Gateway, startGateway } from '../gateway.ts'
import type { GatewayEvent } from '../report.ts'
import { type Application, bodyOf, startApplication } from '../testing/application.ts'
import { Browser } from '../testing/browser.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets, withMembers } from '../testing/members.ts'
import { sendRaw } from '../testing/wire.ts'
import { proposal } from './proposal.ts'
import { type ReportFile, readReport } from './report-file.ts'
import { summarise } from './summary.ts'

const SECRET = 'SECRETSECRET'

test('G2: in report-only mode cookies pass both ways, byte for byte, and nothing is taken from requests or answers', async (t) => {
  const app = await startApplication(t)
  const lines = ['a=1; Path=/; Domain=localhost', 'b="x y"; Max-Age=5', 'bare']
  app.on('/set', (req, res) => {
    res.setHeader('Cache-Control', 'public, max-age=60').setHeader('Set-Cookie', lines)
    res.end(`${req.url} ${req.headers.cookie ?? ''}`)
  })
  const site = 'vault: report, idParameters: [sid], public: [/images/*]'
  const gateway = await startTestGateway(t, app.port, { site })
  const browser = gateway.browser()
  browser.jar.set('auth', 'old').set('odd', 'x, y=z')
  const answer = await browser.visit('/set?sid=1')
  assert.deepEqual(answer.setCookies, lines)
  assert.equal(answer.headers['cache-control'], 'public, max-age=60')
  assert.equal(answer.body, '/set?sid=1 auth=old; odd=x, y=z')
  assert.match((await browser.image('/images/a')).body, /^auth=old; odd=x, y=z; a=1; b="x y"/)
  const plain = await sendRaw(
    gateway.port,
    'GET /set HTTP/1.1\r\nHost: x.test\r\nCookie: c=1\r\nConnection: close\r\n\r\n',
  )
  assert.match(plain.head, /^HTTP\/1.1 200 /, 'plain http too')
})

test('G2: the report says what would be kept, exposed and public, and how people sign in; never a value', async (t) => {
  const app = withShop(await startApplication(t))
  const { gateway, file, config } = await startReporting(t, app)
  const browser = new Browser('http', 'localhost', gateway.listeners[0]!.port)
  await work(browser)
  await gateway.close()
  const text = readFileSync(file, 'utf8')
  assert(!text.includes(SECRET) && !text.includes('alice') && !text.includes('right'), text)
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const [observed] = ((await readReport(file)) as ReportFile).sites
  const [site] = config.sites
  const summary = summarise(observed!, site!)
  const verdicts = Object.fromEntries(summary.cookies.map(({ name, verdict }) => [name, verdict]))
  assert.deepEqual(verdicts, { auth: 'keep', visit: 'keep', csrf: 'expose', theme: 'expose', _ga: 'drop' })
  assert.deepEqual(
    summary.places.map(({ pattern }) => pattern),
    ['/images/*', '/news/*'],
  )
  assert.deepEqual(summary.login, {
    method: 'POST',
    path: '/login',
    userField: 'user',
    status: [302],
    setsCookie: 'auth',
  })
  assert.deepEqual(summary.logout, { method: 'GET', path: '/logout' })

  const proposed = proposal(site!, summary)
  const [becomes] = parseConfig(proposed, 'proposed.yaml', '/').sites
  assert.deepEqual(becomes?.public, ['/images/*', '/news/*'])
  assert.deepEqual(becomes?.expose, ['XSRF-TOKEN', 'csrftoken', 'csrf', 'theme'])
  assert.deepEqual(becomes?.login[0]?.user, { field: 'user' })
  assert.equal(becomes?.vault, 'keep')
})

test('G2: what visitors invent has an end: names are bounded, and told to be left out', async (t) => {
  const app = await startApplication(t)
  const { gateway, file } = await startReporting(t, app)
  const browser = new Browser('http', 'localhost', gateway.listeners[0]!.port)
  for (let i = 0; i < 5; i++) {
    const cookie = Array.from({ length: 100 }, (_, n) => `c${i}-${n}=1`).join('; ')
    await browser.fetch('/x', { headers: { Cookie: `${cookie}; __proto__=1` } })
  }
  await gateway.close()
  const [observed] = (await readReport(file)).sites
  assert.equal(Object.keys(observed!.cookies).length, 200)
  assert(observed!.leftOut > 0)
})

test('a report that cannot be written is told of, and the gateway goes on; one that is not there says why', async (t) => {
  const app = await startApplication(t)
  const events: GatewayEvent[] = []
  const text = `listen: ['http://127.0.0.1:0']\nreportFile: /no/such/x.json\nsites: [{ upstream: ${app.origin}, vault: report }]`
  const gateway = await startGateway(parseConfig(text, 'x.yaml', '/'), { report: (event) => events.push(event) })
  t.after(() => gateway.close())
  assert.equal((await new Browser('http', 'localhost', gateway.listeners[0]!.port).visit('/')).status, 200)
  await gateway.close()
  assert.deepEqual(
    events.map(({ type }) => type),
    ['report-not-written'],
  )
  await assert.rejects(readReport('/no/such/x.json'), /no report in .* yet: serve a site with vault: report/)
})

function withShop(app: Application): Application {
  return withMembers(app)
    .on('/', sets(`csrf=${SECRET}csrf; Path=/`, 'theme=light; Path=/', `visit=${SECRET}; Path=/; HttpOnly`))
    .on('/images/a.png', (_req, res) => res.setHeader('Content-Type', 'image/png').setHeader('ETag', '"1"').end('png'))
    .on('/news/today', (_req, res) => res.setHeader('Cache-Control', 'public, max-age=60').end('news'))
    .on('/account/data', (_req, res) => res.setHeader('Cache-Control', 'private').end('mine'))
    .on('POST /order', async (req, res) => res.end(String((await bodyOf(req)).length)))
}

async function work(browser: Browser): Promise<void> {
  browser.jar.set('_ga', SECRET)
  await browser.visit('/')
  await browser.submit('/login', { user: 'alice', password: 'wrong' })
  await browser.submit('/login', { user: 'alice', password: 'right' })
  browser.jar.set('theme', 'dark') // as a script does
  await browser.fetch('/order', { method: 'POST', headers: { 'X-CSRF': `${SECRET}csrf` } })
  await browser.image('/images/a.png')
  await browser.fetch('/news/today')
  await browser.fetch('/account/data')
  await browser.visit('/logout')
}

async function startReporting(t: Parameters<typeof startApplication>[0], app: Application) {
  const folder = temporaryFolder()
  t.after(() => folder[Symbol.dispose]())
  const text = `listen: ['http://127.0.0.1:0']\nsites: [{ upstream: ${app.origin}, vault: report }]\n`
  const config = parseConfig(text, 'report.yaml', folder.path)
  const gateway: Gateway = await startGateway(config)
  t.after(() => gateway.close())
  return { gateway, config, file: join(folder.path, 'coatcheck-report.json') }
}

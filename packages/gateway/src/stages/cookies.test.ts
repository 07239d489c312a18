// The application's cookies stay on the server; few pass, hardened; none is taken from a browser that planted it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { getRaw } from '../testing/wire.ts'

test('G2: the application’s cookies never reach the browser, and go upstream with every later request', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1; Path=/; HttpOnly', 'lang=de; Max-Age=3600; Domain=localhost', 'bare'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  const answer = await browser.visit('/set')
  assert.equal(answer.setCookies.length, 1)
  assert.match(answer.setCookies[0]!, /^__Host-Http-sid=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
  assert.equal((await browser.visit('/')).body, 'app=1; lang=de; bare')
  assert.equal((await browser.fetch('/data')).body, 'app=1; lang=de; bare')
  assert.equal((await browser.image('/a.png')).body, 'app=1; lang=de; bare')
})

test('G2: one visitor’s cookies are never another’s', async (t) => {
  const app = await startApplication(t)
  let count = 0
  app.on('/set', (req, res) => sets(`app=${++count}`)(req, res))
  const gateway = await startTestGateway(t, app.port)
  const [first, second, third] = [gateway.browser(), gateway.browser(), gateway.browser()]
  await first.visit('/set')
  await second.visit('/set')
  assert.equal((await first.visit('/')).body, 'app=1')
  assert.equal((await second.visit('/')).body, 'app=2')
  assert.equal((await third.visit('/')).body, '')
})

test('G2: a cookie that the browser brings is dropped, be it the application’s name or any other', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=real'))
  const gateway = await startTestGateway(t, app.port, { site: 'expose: [theme]' })
  const browser = gateway.browser()
  browser.jar.set('app', 'planted').set('JSESSIONID', 'planted').set('theme', 'dark').set('__Host-Http-app', 'planted')
  assert.equal((await browser.visit('/')).body, 'theme=dark')
  await browser.visit('/set')
  assert.equal((await browser.visit('/')).body, 'app=real; theme=dark')
})

test('G2: our own cookie never goes upstream, not even exposed by a value that some server would split', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { site: 'expose: [theme]' })
  const browser = gateway.browser()
  await browser.visit('/set')
  await browser.visit('/')
  for (const theme of ['x, app=planted', '"x; app=planted', 'x app=planted', 'x\tapp=planted']) {
    await getRaw(gateway.port, '/', `Sec-Fetch-Site: none\r\nCookie: theme=${theme}\r\n`)
  }
  const all = app.arrived.map(({ rawHeaders }) => rawHeaders.join('\n')).join('\n')
  assert(!all.includes(browser.token as string))
  assert(!all.includes('__Host-Http'))
  assert(!all.includes('planted'), all)
})

test('G2: an exposed cookie passes both ways, hardened on its way to the browser', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('theme=dark; Domain=localhost; Path=/; Max-Age=60', 'app=1'))
  const gateway = await startTestGateway(t, app.port, { site: 'expose: [theme]' })
  const browser = gateway.browser()
  const { setCookies, headers } = await browser.visit('/set')
  assert.deepEqual(setCookies[0], 'theme=dark; Path=/; Max-Age=60; Secure; SameSite=Lax')
  assert.equal(setCookies.length, 2)
  assert.equal(headers['cache-control'], 'private, no-store')
  assert.equal((await browser.visit('/')).body, 'app=1; theme=dark')
})

test('G2: what pages of any application read is exposed without being named; our own name never is', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('XSRF-TOKEN=1', 'csrftoken=2', '__Host-Http-sid=planted; Secure; HttpOnly; Path=/'))
  const gateway = await startTestGateway(t, app.port)
  const { setCookies } = await gateway.browser().visit('/set')
  const named = setCookies.map((line) => line.split('=')[0])
  assert.deepEqual(named, ['XSRF-TOKEN', 'csrftoken', '__Host-Http-sid'])
  assert(!setCookies.join().includes('planted'))
})

test('G2: a cookie goes to its path alone, and a deleted or expired one to none', async (t) => {
  let now = Date.now()
  const app = await startApplication(t)
  app.on('/set', sets('a=1; Path=/', 'b=2; Path=/shop', 'c=3; Max-Age=60; Path=/', 'd=4; Secure; Path=/'))
  app.on('/shop/page', sets('e=5'))
  app.on('/delete', sets('a=; Max-Age=0; Path=/'))
  const gateway = await startTestGateway(t, app.port, { options: { clock: () => now } })
  const browser = gateway.browser()
  await browser.visit('/set')
  await browser.visit('/shop/page')
  assert.equal((await browser.visit('/shop/basket')).body, 'b=2; e=5; a=1; c=3; d=4')
  assert.equal((await browser.visit('/shopping')).body, 'a=1; c=3; d=4')
  assert.equal((await browser.visit('/x/../shop/x')).body, 'b=2; e=5; a=1; c=3; d=4', 'the canonical path counts')
  await browser.visit('/delete')
  now += 61_000
  assert.equal((await browser.visit('/')).body, 'd=4')
})

test('G2: a SameSite=Strict cookie stays here when another site’s page made the browser ask', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('lax=1; SameSite=Lax', 'strict=2; SameSite=Strict'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  assert.equal((await browser.visit('/', { from: 'cross-site' })).body, 'lax=1')
  assert.equal((await browser.visit('/', { from: 'same-origin' })).body, 'lax=1; strict=2')
})

test('G2: a cookie that no browser would have taken from this host is refused, and reported by name alone', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('evil=secret1; Domain=other.test', '__Host-x=secret2; Path=/', 'ok=1'))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/set')
  assert.equal((await browser.visit('/')).body, 'ok=1')
  const events = gateway.heard('cookie-refused').map(({ cookie, reason }) => [cookie, reason])
  assert.deepEqual(events, [
    ['evil', 'foreign-domain'],
    ['__Host-x', 'prefix-broken'],
  ])
  assert.doesNotMatch(JSON.stringify(gateway.events), /secret/)
})

test('G2: a vault that is full lets its oldest cookies go, and says which', async (t) => {
  const app = await startApplication(t)
  app.on('/many', sets(...Array.from({ length: 181 }, (_, i) => `c${i}=1`)))
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/many')
  assert.deepEqual(gateway.heard('cookie-evicted')[0]?.cookies, ['c0'])
  assert.equal((await browser.visit('/')).body.split('; ').length, 180)
})

test('E9: a public path gets no cookie, sets none, and stays as cacheable as it was', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  app.on('/images/a.png', (req, res) => {
    res.setHeader('Cache-Control', 'public, max-age=600').setHeader('Set-Cookie', ['app=2', 'theme=dark'])
    res.setHeader('Expires', 'Thu, 01 Jan 2099 00:00:00 GMT').setHeader('Surrogate-Control', 'max-age=9')
    res.end(req.headers.cookie ?? 'no cookies')
  })
  const gateway = await startTestGateway(t, app.port, { site: 'public: [/images/*], expose: [theme]' })
  const browser = gateway.browser()
  await browser.visit('/set')
  browser.jar.set('theme', 'light')
  const { body, headers, setCookies } = await browser.image('/images/a.png')
  assert.equal(body, 'no cookies')
  assert.deepEqual(setCookies, [])
  assert.equal(headers['cache-control'], 'public, max-age=600')
  assert.equal(headers.expires, 'Thu, 01 Jan 2099 00:00:00 GMT')
  assert.equal(headers['surrogate-control'], 'max-age=9')
  assert.equal(headers.vary, undefined)
  assert.deepEqual(gateway.heard('cookies-dropped'), [
    { type: 'cookies-dropped', site: 'default', path: '/images/a.png', why: 'public', cookies: ['app', 'theme'] },
  ])
  assert.equal((await browser.visit('/')).body, 'app=1; theme=light')
})

test('G2: answers that come at once each add their cookies: none is lost', async (t) => {
  const app = await startApplication(t)
  const all = Promise.withResolvers<void>()
  let waiting = 0
  app.on('/start', sets('start=1'))
  for (let i = 0; i < 10; i++) {
    app.on(`/set/${i}`, async (req, res) => {
      if (++waiting === 10) all.resolve()
      await all.promise
      sets(`c${i}=${i}; Path=/`)(req, res)
    })
  }
  const gateway = await startTestGateway(t, app.port)
  const browser = gateway.browser()
  await browser.visit('/start')
  await Promise.all(Array.from({ length: 10 }, (_, i) => browser.fetch(`/set/${i}`)))
  const { body } = await browser.visit('/')
  const names = Array.from({ length: 10 }, (_, i) => `c${i}=${i}`)
  assert.deepEqual(body.split('; ').sort(), [...names, 'start=1'])
})

test('G2: a session id of the application’s that comes in the query or in a form stays outside', async (t) => {
  const app = await startApplication(t)
  const forms: string[] = []
  app.on('POST /page', async (req, res) => {
    forms.push(await bodyOf(req))
    res.end()
  })
  const gateway = await startTestGateway(t, app.port, { site: 'idParameters: [PHPSESSID]' })
  const browser = gateway.browser()
  await browser.visit('/page?a=%2F&PHPSESSID=planted&b')
  await browser.visit('/page?PHPSESSID=planted')
  await browser.submit('/page?PHPSESSID=planted', { PHPSESSID: 'planted', name: 'x' })
  assert.deepEqual(
    app.arrived.map(({ url }) => url),
    ['/page?a=%2F&b', '/page', '/page'],
  )
  assert.deepEqual(forms, ['name=x'])
})

test('G2: an id in the query or in a form, which the site names, does not reach the application', async (t) => {
  const app = await startApplication(t)
  app.on('/echo', async (req, res) => res.end(`${req.url} ${await bodyOf(req)}`))
  const gateway = await startTestGateway(t, app.port, { site: 'idParameters: [sid]' })
  const form = 'sid=planted&item=tea'
  const answer = await fetch(`http://localhost:${gateway.port}/echo?sid=planted&page=2`, {
    method: 'POST',
    headers: { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form,
  })
  assert.equal(await answer.text(), '/echo?page=2 item=tea')
})

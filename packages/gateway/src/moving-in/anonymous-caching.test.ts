import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Application, startApplication } from '../testing/application.ts'
import type { Sending } from '../testing/browser.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { SIGN_IN, SIGN_OUT, withMembers } from '../testing/members.ts'
import { type AnonymousAnswer, isEverybodys } from './anonymous-caching.ts'

const strangers: AnonymousAnswer = {
  method: 'GET',
  status: 200,
  cookies: undefined,
  plainCookie: 'plain-sid',
  forwardedCookies: null,
  authorization: undefined,
  hasSession: false,
  setCookies: 0,
  cacheControl: 'public, max-age=60',
}

const answers: [sentence: string, change: Partial<AnonymousAnswer>, is: boolean][] = [
  ['a public page for a stranger', {}, true],
  ['by HEAD', { method: 'HEAD' }, true],
  ['not found', { status: 404 }, true],
  ['a lifetime for shared caches', { cacheControl: 'S-MaxAge=60' }, true],
  ['for a stranger with cookies of others', { cookies: '_ga=1' }, true],
  ['by POST', { method: 'POST' }, false],
  ['a redirect, perhaps to the sign-in', { status: 302 }, false],
  ['a part', { status: 206 }, false],
  ['an error', { status: 500 }, false],
  ['nothing said', { cacheControl: undefined }, false],
  ['a lifetime alone', { cacheControl: 'max-age=60' }, false],
  ['public and private', { cacheControl: 'public, private' }, false],
  ['public and no-cache', { cacheControl: 'public, no-cache' }, false],
  ['public and a qualified private', { cacheControl: 'public, private="x"' }, false],
  ['public inside a quotation', { cacheControl: 'ext="a, public, b"' }, false],
  ['with a session', { hasSession: true }, false],
  ['with our cookie, whatever it opened', { cookies: 'a=1; __Host-Http-sid=x' }, false],
  ['with our cookie in another case', { cookies: '__HOST-http-sid=x' }, false],
  ['with the cookie of the plain http tier', { cookies: 'plain-sid=x' }, false],
  ['where the application saw a cookie', { forwardedCookies: 'theme=dark' }, false],
  ['with credentials', { authorization: 'Basic YTpi' }, false],
  ['with Set-Cookie, dropped or not', { setCookies: 1 }, false],
]

for (const [sentence, change, is] of answers) {
  test(`R3: ${sentence} ${is ? 'stays public' : 'is private'}`, () => {
    assert.equal(isEverybodys({ ...strangers, ...change }), is)
  })
}

const PUBLIC = { 'Cache-Control': 'public, max-age=60', Expires: 'Thu, 01 Jan 2099 00:00:00 GMT', Vary: 'Accept' }

function withPage(app: Application): Application {
  return withMembers(app).on('/page', (req, res) =>
    res.writeHead(200, PUBLIC).end(req.headers.cookie ?? 'Who is there?'),
  )
}

test('R3: anonymous pages that say public stay so where the site asks for it, and vary by cookie', async (t) => {
  const app = withPage(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: `anonymousCaching: true, ${SIGN_IN}, ${SIGN_OUT}` })
  const { headers, body } = await gateway.browser().visit('/page')
  assert.equal(body, 'Who is there?')
  assert.equal(headers['cache-control'], PUBLIC['Cache-Control'])
  assert.equal(headers.expires, PUBLIC.Expires)
  assert.equal(headers.vary, 'Accept, Cookie')
})

test('R3: without being asked for, not even an anonymous page stays public', async (t) => {
  const app = withPage(await startApplication(t))
  const gateway = await startTestGateway(t, app.port, { site: `${SIGN_IN}, ${SIGN_OUT}` })
  assert.equal((await gateway.browser().visit('/page')).headers['cache-control'], 'private, max-age=60')
})

test('R3: whoever has, had, or claims a session gets no public page, nor does one with credentials or old cookies', async (t) => {
  const app = withPage(await startApplication(t))
  const rules = `anonymousCaching: true, ${SIGN_IN}, ${SIGN_OUT}, expose: [theme]`
  const gateway = await startTestGateway(t, app.port, { site: rules })
  const member = gateway.browser()
  await member.submit('/login', { user: 'alice', password: 'right' })
  const thief = member.frozenCopy()
  await page('signed in', member, 'auth=alice')
  await member.visit('/logout')
  await page('with an ended token', thief, 'Who is there?')
  const planted = gateway.browser()
  planted.jar.set('__Host-Http-sid', 'planted')
  await page('with a token that was never issued', planted, 'Who is there?')
  const exposed = gateway.browser()
  exposed.jar.set('theme', 'dark')
  await page('with an exposed cookie', exposed, 'theme=dark')
  await page('with credentials', gateway.browser(), 'Who is there?', { headers: { Authorization: 'Basic YTpi' } })
  const early = gateway.browser()
  early.jar.set('auth', 'alice')
  await page('with a cookie from before', early, 'Who is there?')

  async function page(sentence: string, browser: typeof member, shows: string, sending: Sending = {}) {
    const { headers, body } = await browser.visit('/page', sending)
    assert.equal(body, shows, sentence)
    assert.match(String(headers['cache-control']), /^(private|no-store)/, sentence)
  }
})

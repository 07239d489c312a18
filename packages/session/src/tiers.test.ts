import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { SessionError } from './errors.ts'
import { Sessions } from './sessions.ts'
import { memory } from './stores/memory.ts'
import { FakeBrowser, type FakeExchange } from './testing/fake-exchange.ts'

type Data = { cart: string[]; note: string }

// What a browser sends over plain http: no Fetch Metadata, and none of the Secure cookies.
const PLAIN = { secure: false, fetchSite: undefined, fetchMode: undefined, fetchDest: undefined }
const initial = (): Data => ({ cart: [], note: '' })

let sessions: Sessions<Data, [FakeExchange]>
let browser: FakeBrowser

beforeEach(() => {
  sessions = new Sessions<Data, [FakeExchange]>({ store: memory(), initial, http: 'tiered' }, (exchange) => exchange)
  browser = new FakeBrowser()
})

const fillCart = () => browser.visit(sessions, (session) => session.update((data) => void data.cart.push('tea')), PLAIN)

test('R5: plain http has an anonymous session of its own, under its own name and without Secure', async () => {
  await fillCart()
  assert.match(browser.cookies as string, /^plain-sid=[\w-]{43}$/)
  const again = await browser.visit(sessions, () => {}, PLAIN)
  assert.deepEqual(again.data.cart, ['tea'])
})

test('R5: the cookie of plain http opens nothing on https, under either name', async () => {
  await fillCart()
  assert.equal((await browser.visit(sessions)).id, null)
  const thief = new FakeBrowser()
  const exchange = thief.request()
  Object.assign(exchange, { cookieHeader: `__Host-Http-sid=${browser.token}` })
  assert.equal((await sessions.openExchange(exchange)).id, null)
})

test('R5: the cookie of https opens nothing on plain http, and is over', async () => {
  await browser.visit(sessions, (session) => session.signIn('alice'))
  const carried = await browser.visit(sessions, () => {}, PLAIN)
  assert.equal(carried.user, null)
  assert.equal((await browser.visit(sessions)).ended?.reason, 'exposed')
})

test('R5: nobody signs in over plain http', async () => {
  const refused = browser.visit(sessions, (session) => session.signIn('alice'), PLAIN)
  await assert.rejects(refused, (error) => error instanceof SessionError && error.code === 'ERR_INSECURE_TRANSPORT')
})

test('R5: named keys are adopted into the https session once; the id never', async () => {
  await fillCart()
  await browser.visit(
    sessions,
    (session) => session.update((data) => void Object.assign(data, { note: 'from http' })),
    PLAIN,
  )
  const plainCookies = browser.cookies as string
  const secure = await browser.visit(sessions, (session) => session.adopt('cart'))
  assert.deepEqual(secure.data, { cart: ['tea'], note: '' }, 'only what was named')
  assert.ok(!(browser.cookies as string).endsWith(plainCookies.split('=')[1] as string), 'under a token of its own')
  assert.deepEqual((await browser.visit(sessions, () => {}, PLAIN)).data, { cart: [], note: 'from http' }, 'gone there')

  await browser.visit(sessions, (session) => session.update((data) => void Object.assign(data, { cart: ['mine'] })))
  await browser.visit(sessions, (session) => session.adopt('note'))
  assert.deepEqual((await browser.visit(sessions)).data, { cart: ['mine'], note: 'from http' })
})

test('R5: adopting where plain http has nothing changes nothing, and sets no cookie', async () => {
  const { session, exchange } = await browser.open(sessions)
  await session.adopt('cart')
  assert.equal(session.id, null)
  assert.equal(exchange.setCookies.size, 0)
})

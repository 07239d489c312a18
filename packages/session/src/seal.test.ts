// Sealed at rest: a copy of the store opens nothing and shows nothing (E7).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newDataKey, openData, type Sealer, sealData, secret, unwrapDataKey, wrapDataKey } from './seal.ts'
import type { Lookup, SessionRecord } from './store.ts'
import { newSignedIn } from './store-tests/fixtures.ts'
import { memory } from './stores/memory.ts'
import { watched } from './testing/around.ts'
import { FakeBrowser } from './testing/fake-exchange.ts'
import { code, FakeClock, siteOn } from './testing/site.ts'
import { SessionToken } from './token.ts'

const SECRET = 'one server secret of enough length'
const OTHER = 'another server secret of that length'
const CARD = '4111 1111 1111 1111'

/** A victim's browser, and what a thief who reads the store finds. */
async function stolen(options: Parameters<typeof siteOn>[2] = {}) {
  const watch = watched(memory())
  const site = siteOn(watch.store, new FakeClock(), { freshness: 'strict', ...options })
  const browser = new FakeBrowser()
  await browser.visit(site, async (session) => {
    await session.signIn('alice')
    await session.update((data) => void data.items.push(CARD))
  })
  let lookup: Lookup | undefined
  watch.next('read', async (call) => {
    lookup = (await call()) as Lookup
    return lookup
  })
  await browser.visit(site)
  const { record } = lookup as Lookup & { state: 'live' }
  const alter = (change: Partial<SessionRecord>) =>
    watch.next('read', async () => ({ ...lookup, record: { ...record, ...change } }))
  return { site, browser, record, alter, store: watch.store }
}

test('E7: a record holds neither its token nor its data, in any encoding', async () => {
  const { browser, record } = await stolen()
  const token = Buffer.from(browser.token, 'base64url')
  const bytes = Buffer.concat([
    Buffer.from(JSON.stringify({ ...record, wrappedKey: null, sealed: null })),
    record.wrappedKey,
    record.sealed,
  ])
  for (const secretText of [browser.token, CARD]) {
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const) {
      assert.equal(bytes.indexOf(Buffer.from(secretText).toString(encoding)), -1)
    }
  }
  assert.equal(bytes.indexOf(token), -1)
  assert.equal(bytes.indexOf(token.toString('hex')), -1)
})

test('E7: what the store indexes by opens nothing when it is presented as a token', async () => {
  const { site, record } = await stolen()
  const thief = new FakeBrowser()
  for (const value of [record.key, record.id, record.writes[0]]) {
    thief.receive({ setCookies: new Map([['__Host-Http-sid', `__Host-Http-sid=${value};`]]) } as never)
    const session = await thief.visit(site)
    assert.deepEqual([session.user, session.ended], [null, null])
  }
})

for (const change of [
  { user: 'mallory' },
  { id: 'AAAAAAAAAAAAAAAAAAAAAA' as SessionRecord['id'] },
  { site: 'another' },
  { version: 9 },
  { createdAt: 1 },
  { authenticatedAt: Date.UTC(2026, 0, 1, 1) },
  { methods: ['pwd', 'otp'] },
  { absoluteEnd: Date.UTC(2100, 0, 1) },
]) {
  const [field] = Object.keys(change)
  for (const options of [{}, { secret: SECRET }]) {
    test(`E7: a record whose ${field} was altered is unreadable ${options.secret ? 'with' : 'without'} a secret`, async () => {
      const { site, browser, alter } = await stolen(options)
      alter(change)
      await assert.rejects(browser.visit(site), code('ERR_RECORD_UNREADABLE'))
      assert.equal((await browser.visit(site)).user, 'alice')
    })
  }
}

test('E7: without a secret one who writes to the store can make himself another user; with one he cannot', async () => {
  for (const options of [{}, { secret: SECRET }]) {
    const { site, browser, record, alter } = await stolen(options)
    const token = SessionToken.parse(browser.token) as SessionToken
    const forged = { ...record, user: 'admin' }
    const withoutSecret: Sealer = { site: 'default', secrets: [], acceptWithoutSecret: false }
    const dataKey = newDataKey()
    alter({
      user: 'admin',
      wrappedKey: wrapDataKey(withoutSecret, token, record.id, dataKey),
      sealed: sealData(dataKey, '{"n":0,"items":[]}', forged),
    })
    if (options.secret) await assert.rejects(browser.visit(site), code('ERR_RECORD_UNREADABLE'))
    else assert.equal((await browser.visit(site)).user, 'admin')
  }
})

test('E7: the name of a secret, which every record shows, forges nothing', async () => {
  const { site, browser, record, alter } = await stolen({ secret: SECRET })
  const token = SessionToken.parse(browser.token) as SessionToken
  const name = Buffer.from(record.wrappedKey.subarray(0, 4))
  const dataKey = newDataKey()
  const sealed = sealData(dataKey, '{"n":0,"items":[]}', { ...record, user: 'admin' })
  for (const secrets of [[], [{ name, key: Buffer.alloc(32) }]]) {
    const wrapped = wrapDataKey({ site: 'default', secrets, acceptWithoutSecret: false }, token, record.id, dataKey)
    alter({ user: 'admin', wrappedKey: Buffer.concat([name, wrapped.subarray(4)]), sealed })
    await assert.rejects(browser.visit(site), code('ERR_RECORD_UNREADABLE'))
  }
})

test('E7: a data key opens only with its token, its site, its session and a secret of the ring', () => {
  const token = SessionToken.mint()
  const sealer: Sealer = { site: 'shop', secrets: [secret(SECRET)], acceptWithoutSecret: false }
  const dataKey = newDataKey()
  const wrapped = wrapDataKey(sealer, token, 'id', dataKey)
  assert.deepEqual(unwrapDataKey(sealer, token, 'id', wrapped), dataKey)
  const ring = [secret(OTHER), secret(SECRET)]
  assert.deepEqual(unwrapDataKey({ ...sealer, secrets: ring }, token, 'id', wrapped), dataKey)
  const wrong: readonly (readonly [Sealer, SessionToken, string])[] = [
    [sealer, SessionToken.mint(), 'id'],
    [sealer, token, 'another'],
    [{ ...sealer, site: 'other' }, token, 'id'],
    [{ ...sealer, secrets: [secret(OTHER)] }, token, 'id'],
    [{ ...sealer, secrets: [] }, token, 'id'],
  ]
  for (const [by, presented, id] of wrong) assert.throws(() => unwrapDataKey(by, presented, id, wrapped))
})

test('E7: while a secret is introduced, sessions from before it open only where that is allowed', () => {
  const token = SessionToken.mint()
  const before: Sealer = { site: 'shop', secrets: [], acceptWithoutSecret: false }
  const after: Sealer = { ...before, secrets: [secret(SECRET)] }
  const wrapped = wrapDataKey(before, token, 'id', newDataKey())
  assert.throws(() => unwrapDataKey(after, token, 'id', wrapped), /without a secret/)
  assert.equal(unwrapDataKey({ ...after, acceptWithoutSecret: true }, token, 'id', wrapped).length, 32)
})

test('E7: who knew the token from before a sign-in cannot read what is stored after it', async () => {
  const { site, browser, record, store } = await stolen()
  const sealer: Sealer = { site: 'default', secrets: [], acceptWithoutSecret: false }
  const token = SessionToken.parse(browser.token) as SessionToken
  const dataKey = unwrapDataKey(sealer, token, record.id, record.wrappedKey)
  assert.ok(openData(dataKey, record.sealed, record).includes(CARD))
  await browser.visit(site, (session) => session.signIn('alice'))
  const [listed] = await store.list('default', 'alice', Date.UTC(2026, 0, 1))
  const after = listed?.record ?? assert.fail('nothing is listed')
  assert.equal(after.id, record.id)
  assert.throws(() => openData(dataKey, after.sealed, after))
})

test('E7: no two writes share a nonce', () => {
  const record = newSignedIn('alice')
  const dataKey = newDataKey()
  const nonces = Array.from({ length: 100 }, () => sealData(dataKey, '{}', record).subarray(0, 12).toString('hex'))
  assert.equal(new Set(nonces).size, 100)
})

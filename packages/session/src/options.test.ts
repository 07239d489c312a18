import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSessions } from './create-sessions.ts'
import { SessionError } from './errors.ts'
import { normalise, plainTier, type SessionsOptions } from './options.ts'
import { memory } from './stores/memory.ts'

const HOUR = 3_600_000
const options = (more: object): SessionsOptions<object> => ({ store: memory(), ...more }) as SessionsOptions<object>

const wrong: [string, object, RegExp][] = [
  ['no store', { store: undefined }, /^store must be a store, such as memory\(\)/],
  ['a site without a name', { site: '' }, /^site must be a name/],
  ['a site with a zero byte, which separates', { site: 'a\0b' }, /^site must be a name without control characters/],
  ["a site that looks like another one's plain tier", { site: 'plain:shop' }, /^site must not begin with plain:/],
  ['idle that is no duration', { idle: '30 minutes' }, /idle/],
  ['idle that is nothing', { idle: 0 }, /^idle must be longer than nothing/],
  ['absolute that is negative', { absolute: -1 }, /absolute/],
  ['absolute that is off: it never is', { absolute: 'off' }, /absolute/],
  ['the lifetime of remembered sessions', { remember: { absolute: 'x' } }, /remember\.absolute/],
  ['renewal', { renew: '1y' }, /renew/],
  ['a limit of none', { limit: { max: 0, policy: 'refuse' } }, /^limit\.max must be a whole number from 1/],
  [
    'a limit with another policy',
    { limit: { max: 1, policy: 'ask' } },
    /^limit\.policy must be 'end-oldest' or 'refuse'/,
  ],
  ['a cookie name with a semicolon', { cookie: 'a;b' }, /^cookie: /],
  ['an origin with a path', { trustedOrigins: ['https://a.test/x'] }, /^trustedOrigins has "https:\/\/a\.test\/x"/],
  ['an origin with a wildcard', { trustedOrigins: ['*'] }, /^trustedOrigins/],
  ['a page in clear that may frame it', { embedded: ['http://lms.test'] }, /^embedded has .*write an https origin/],
  ['a frame from anywhere', { embedded: ['*'] }, /^embedded/],
  ['an origin that adds to the policy', { embedded: ['https://lms.test;x'] }, /^embedded/],
  ['a proxy by name', { trustedProxies: ['proxy.test'] }, /^trustedProxies has "proxy\.test"; write an address/],
  ['a network too wide to be one', { trustedProxies: ['10.0.0.0/33'] }, /^trustedProxies/],
  ['loopback both ways', { loopback: 'never', insecureLoopback: true }, /^insecureLoopback contradicts/],
  ['a secret that can be guessed', { secret: 'hunter2' }, /^secret must have at least 32 characters/],
]

for (const [sentence, given, message] of wrong) {
  test(`an option that is wrong is named, with the remedy: ${sentence}`, () => {
    assert.throws(
      () => createSessions(options(given)),
      (error) => error instanceof SessionError && error.code === 'ERR_OPTION' && message.test(error.message),
    )
  })
}

test('every default is the one that is documented', () => {
  const settings = normalise(options({}))
  assert.equal(settings.site, 'default')
  assert.deepEqual(settings.lifetimes, { idle: HOUR / 2, absolute: 12 * HOUR })
  assert.deepEqual(settings.rememberedLifetimes, { idle: null, absolute: 30 * 24 * HOUR })
  assert.equal(settings.renew, HOUR)
  assert.equal(settings.limit, null)
  assert.equal(settings.carry, true)
  assert.deepEqual(settings.cookie, { name: '__Host-Http-sid', sameSite: 'Lax', partitioned: false, secure: true })
  assert.equal(settings.strict, false)
})

test('R1: an embedded site’s cookie is SameSite=None and partitioned; the plain tier’s stays as it is', () => {
  const settings = normalise(options({ embedded: ['https://lms.test', 'http://localhost:8080'] }))
  assert.deepEqual(settings.cookie, { name: '__Host-Http-sid', sameSite: 'None', partitioned: true, secure: true })
  assert.equal(settings.embedded, true)
  assert.deepEqual(plainTier(settings).cookie, {
    name: 'plain-sid',
    sameSite: 'Lax',
    partitioned: false,
    secure: false,
  })
  assert.equal(normalise(options({ embedded: [] })).embedded, false)
})

test('R1: the name of the cookie can be changed, its prefix cannot', () => {
  assert.equal(normalise(options({ cookie: 'shop' })).cookie.name, '__Host-Http-shop')
})

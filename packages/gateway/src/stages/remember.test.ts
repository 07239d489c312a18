// Sessions that outlive the browser (R1): only where the user asked for it, and the configuration lets him.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodyOf, startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { SIGN_IN, withMembers } from '../testing/members.ts'

const REMEMBER = SIGN_IN.replace('user:', 'remember: stay, user:')
const ALICE = { user: 'alice', password: 'right' }

const forms: [sentence: string, fields: Record<string, string>, remembered: boolean][] = [
  ['a checked box', { stay: 'on' }, true],
  ['a checked box in another case', { STAY: '1' }, true],
  ['a box that was not checked', {}, false],
  ['a box that says 0', { stay: '0' }, false],
  ['an empty box', { stay: '' }, false],
]

for (const [sentence, fields, remembered] of forms) {
  test(`R1: the cookie ${remembered ? 'outlives' : 'ends with'} the browser by ${sentence}`, async (t) => {
    const app = withMembers(await startApplication(t))
    const gateway = await startTestGateway(t, app.port, {
      site: `${REMEMBER}, sessions: { remember: { absolute: 7d } }`,
    })
    const { setCookies } = await gateway.browser().submit('/login', { ...ALICE, ...fields })
    assert.equal(setCookies.length, 1)
    assert.equal(/; Expires=/.test(setCookies[0]!), remembered, setCookies.join())
    if (!remembered) return
    const days = (Date.parse(/; Expires=([^;]*)/.exec(setCookies[0]!)![1]!) - Date.now()) / 86_400_000
    assert(days > 6.9 && days <= 7, `${days} days`)
  })
}

test('R1: without remember in the rule no cookie outlives the browser, whatever the form has', async (t) => {
  const gateway = await startTestGateway(t, withMembers(await startApplication(t)).port, { site: SIGN_IN })
  const { setCookies } = await gateway.browser().submit('/login', { ...ALICE, stay: 'on' })
  assert.doesNotMatch(setCookies.join(), /Expires|Max-Age/)
})

test('R1: in JSON the box is true or false', async (t) => {
  const app = (await startApplication(t)).on('/login', async (req, res) => {
    await bodyOf(req)
    res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=1; Path=/' }).end()
  })
  const gateway = await startTestGateway(t, app.port, { site: REMEMBER })
  for (const [stay, expires] of [
    ['true', true],
    ['false', false],
    ['null', false],
    ['{"a":1}', false],
  ] as const) {
    const sending = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = `{"user":"alice","stay":${stay}}`
    const { setCookies } = await gateway.browser().fetch('/login', { ...sending, body })
    assert.equal(/; Expires=/.test(setCookies.join()), expires, stay)
  }
})

test('R1: what was asked for with the password counts at the second step', async (t) => {
  const app = (await startApplication(t))
    .on('/in', async (req, res) => {
      await bodyOf(req)
      res.writeHead(302, { Location: '/otp' }).end()
    })
    .on('/otp', async (req, res) => {
      await bodyOf(req)
      res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=1; Path=/' }).end()
    })
  const gateway = await startTestGateway(t, app.port, {
    site: `login: [
      { path: /in, user: { field: user }, remember: stay, success: { setsCookie: auth }, continues: { location: /otp } },
      { path: /otp, user: { remembered: true }, success: { setsCookie: auth } }]`,
  })
  const browser = gateway.browser()
  assert.doesNotMatch((await browser.submit('/in', { user: 'alice', stay: 'on' })).setCookies.join(), /Expires/)
  assert.match((await browser.submit('/otp', { code: '1' })).setCookies.join(), /; Expires=/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SessionId } from '@coatcheck/session'
import { startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { networkOf, UnreturnedVaults } from './unreturned.ts'

const networks: [address: string | null, network: string][] = [
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8:1:2:3::', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  [null, ''],
]

for (const [address, network] of networks) {
  test(`G2: ${address} is counted as ${network || 'nobody’s'}`, () => assert.equal(networkOf(address), network))
}

test('G2: an address has so many vaults that wait for their cookie, and room again when one returns or two minutes pass', () => {
  const unreturned = new UnreturnedVaults(2)
  const [first, second] = [unreturned.take('192.0.2.1', 0), unreturned.take('192.0.2.1', 60_000)]
  assert(first !== null && second !== null)
  unreturned.began(first, 'a' as SessionId)
  unreturned.began(second, 'b' as SessionId)
  assert.equal(unreturned.take('192.0.2.1', 60_000), null)
  assert.notEqual(unreturned.take('192.0.2.2', 60_000), null, 'another address is another')
  unreturned.returned('b' as SessionId)
  unreturned.returned('b' as SessionId)
  assert.notEqual(unreturned.take('192.0.2.1', 60_000), null)
  assert.equal(unreturned.take('192.0.2.1', 119_999), null)
  assert.notEqual(unreturned.take('192.0.2.1', 120_001), null)
})

test('G2: of clients that never return their cookie, one address begins so many vaults in two minutes', async (t) => {
  let now = Date.now()
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { file: 'unreturnedVaults: 2', options: { clock: () => now } })
  const robot = () => gateway.browser().fetch('/set')
  const answers = await Promise.all([robot(), robot(), robot(), robot()])
  assert.equal(answers.filter(({ setCookies }) => setCookies.length > 0).length, 2)
  assert(
    answers.every(({ body }) => body === 'set'),
    'the page is shown all the same',
  )
  const dropped = gateway.heard('cookies-dropped').map(({ why, cookies }) => [why, cookies])
  assert.deepEqual(dropped, [
    ['too-many', ['app']],
    ['too-many', ['app']],
  ])
  assert.equal((await gateway.browser().visit('/set')).setCookies.length, 1, 'whoever loads a page is a visitor')
  now += 120_001
  assert.equal((await robot()).setCookies.length, 1)
})

test('G2: a client that returns its cookie is counted no more', async (t) => {
  const app = await startApplication(t)
  app.on('/set', sets('app=1'))
  const gateway = await startTestGateway(t, app.port, { file: 'unreturnedVaults: 1' })
  for (let i = 0; i < 3; i++) {
    const script = gateway.browser()
    assert.equal((await script.fetch('/set')).setCookies.length, 1)
    assert.equal((await script.fetch('/')).body, 'app=1')
  }
})

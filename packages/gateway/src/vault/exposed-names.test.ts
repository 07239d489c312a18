import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExposed, patternsMeet } from '../config/values/cookie-pattern.ts'
import { Refused } from '../config/values/refused.ts'
import { startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'
import { ExposedNames } from './exposed-names.ts'

const exposed = new ExposedNames(['theme', 'csrf*'])

const lines: [line: string, passes: boolean][] = [
  ['theme=1', true],
  ['theme=1; HttpOnly', true],
  ['csrf_a=1', true],
  ['csrf=1; Path=/; SameSite=Lax', true],
  ['csrf_id=1; httponly', false],
  ['csrf_id=1; HttpOnly=x', false],
  ['Csrf_a=1', false],
  ['x=csrf_a', false],
  ['', false],
]

for (const [line, passes] of lines) {
  test(`G2: ${JSON.stringify(line)} ${passes ? 'passes' : 'stays in the vault'}`, () => {
    assert.equal(exposed.passes(line), passes)
  })
}

test('G2: a cookie of an open name that scripts cannot read stays in the vault, and a planted one beside it outside', async (t) => {
  const app = (await startApplication(t)).on('/set', sets('csrf_a=1', 'csrf_session=s; HttpOnly', 'other=2'))
  const gateway = await startTestGateway(t, app.port, { site: "expose: ['csrf*']" })
  const browser = gateway.browser()
  await browser.visit('/set')
  assert.deepEqual([...browser.jar.keys()], ['csrf_a', '__Host-Http-sid'].sort().reverse())
  browser.jar.set('csrf_session', 'planted')
  assert.equal((await browser.visit('/')).body, 'csrf_session=s; other=2; csrf_a=1')
})

test('G2: a planted cookie of such a name does not reach the application where the vault has none', async (t) => {
  const app = (await startApplication(t)).on('/area/set', sets('csrf_session=s; HttpOnly; Path=/area'))
  const gateway = await startTestGateway(t, app.port, { site: "expose: ['csrf*']" })
  const somebody = gateway.browser()
  await somebody.visit('/area/set')
  for (const browser of [somebody, gateway.browser()]) {
    browser.jar.set('csrf_session', 'planted').set('csrf_a', '1')
    assert.equal((await browser.visit('/')).body, 'csrf_a=1')
  }
})

test('two open names meet where one begins with the other', () => {
  assert(patternsMeet('csrf*', 'csrf_session'))
  assert(patternsMeet('csrf_session', 'csrf*'))
  assert(patternsMeet('a*', 'ab*') && patternsMeet('ab*', 'a*'))
  assert(!patternsMeet('ab*', 'ac*') && !patternsMeet('ab', 'abc') && !patternsMeet('ab', 'abc*'))
  assert(parseExposed('ab*') instanceof Refused && parseExposed('abc*') === 'abc*')
})

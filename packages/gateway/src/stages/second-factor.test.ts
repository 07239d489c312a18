// A sign-in of two steps: the first names the user, the second succeeds.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Application, bodyOf, startApplication } from '../testing/application.ts'
import type { Browser } from '../testing/browser.ts'
import { startTestGateway, type TestGateway } from '../testing/gateway.ts'
import { sets } from '../testing/members.ts'

const FIRST =
  '{ path: /login, user: { field: user }, success: { setsCookie: auth }, continues: { status: [302], location: /otp } }'
const SECOND = '{ path: /otp, user: { remembered: true }, success: { status: [302], setsCookie: auth } }'

interface Scene {
  readonly app: Application
  readonly gateway: TestGateway
  readonly browser: Browser
  readonly pass: (milliseconds: number) => void
}

async function start(t: TestContext): Promise<Scene> {
  let now = Date.now()
  const app = await startApplication(t)
  app.on('POST /login', async (req, res) => {
    const good = new URLSearchParams(await bodyOf(req)).get('password') === 'right'
    if (good) res.writeHead(302, { Location: '/otp', 'Set-Cookie': 'app=1; Path=/' }).end()
    else res.end('wrong password')
  })
  app.on('POST /otp', async (req, res) => {
    const good = new URLSearchParams(await bodyOf(req)).get('code') === '123456'
    if (good) res.writeHead(302, { Location: '/', 'Set-Cookie': 'auth=1; Path=/' }).end()
    else res.end('wrong code')
  })
  const site = `login: [${FIRST}, ${SECOND}]`
  const gateway = await startTestGateway(t, app.port, { site, options: { clock: () => now } })
  const pass = (milliseconds: number): void => {
    now += milliseconds
  }
  return { app, gateway, browser: gateway.browser(), pass }
}

const signedIn = (gateway: TestGateway) => gateway.heardOfSessions('signed-in').map(({ user }) => user)
const GOOD = { user: 'alice', password: 'right' }
const CODE = { code: '123456' }

test('G3: a good password that a second step follows is no success; the second step signs in whom the first named', async (t) => {
  const { app, gateway, browser } = await start(t)
  await browser.submit('/login', GOOD)
  assert.deepEqual(signedIn(gateway), [])
  const between = browser.frozenCopy()
  assert.equal((await browser.submit('/otp', { code: '000000' })).body, 'wrong code')
  assert.deepEqual(signedIn(gateway), [])
  assert.equal((await browser.submit('/otp', CODE)).status, 302)
  assert.deepEqual(signedIn(gateway), ['alice'])
  assert.equal((await browser.visit('/')).body, 'app=1; auth=1')
  assert.equal((await between.visit('/')).body, '', 'under a token that nobody had between the steps')
  assert.deepEqual(
    app.arrived.filter(({ rawHeaders }) => rawHeaders.join().includes('alice')),
    [],
  )
})

test('G3: where the steps do not fit, the second signs nobody in', async (t) => {
  const ways: [sentence: string, why: string, prepare: (scene: Scene) => unknown][] = [
    ['nobody was named', 'not-remembered', () => {}],
    ['the password was wrong', 'not-remembered', ({ browser }) => browser.submit('/login', { ...GOOD, password: 'x' })],
    [
      'it was ten minutes ago',
      'not-remembered',
      async ({ browser, pass }) => {
        await browser.submit('/login', GOOD)
        for (let minute = 1; minute <= 10; minute++) {
          pass(60_000)
          assert.equal((await browser.visit('/')).body, 'app=1', 'the session lives')
        }
      },
    ],
    [
      'it was for the success that came',
      'not-remembered',
      async ({ browser }) => {
        await browser.submit('/login', GOOD)
        await browser.submit('/otp', CODE)
      },
    ],
  ]
  for (const [sentence, why, prepare] of ways) {
    await t.test(sentence, async (t) => {
      const scene = await start(t)
      await prepare(scene)
      const before = signedIn(scene.gateway).length
      assert.equal((await scene.browser.submit('/otp', CODE)).status, 400)
      assert.equal(signedIn(scene.gateway).length, before)
      assert.deepEqual(
        scene.gateway.heard('sign-in-unnamed').map((event) => event.why),
        [why],
      )
      assert.equal((await scene.browser.visit('/')).body, '')
    })
  }
})

test('G3: a wrong password for another name leaves remembered whose password was right', async (t) => {
  const { gateway, browser } = await start(t)
  await browser.submit('/login', GOOD)
  await browser.submit('/login', { user: 'bob', password: 'wrong' })
  await browser.submit('/otp', CODE)
  assert.deepEqual(signedIn(gateway), ['alice'])
  await browser.submit('/login', { user: 'bob', password: 'right' })
  assert.equal((await browser.visit('/')).body, 'app=1', 'another user begins with nothing')
  await browser.submit('/otp', CODE)
  assert.deepEqual(signedIn(gateway), ['alice', 'bob'])
})

test('G3: a name is remembered by a step whose answer sets no cookie, and survives answers that do', async (t) => {
  const { app, gateway, browser } = await start(t)
  app.on('POST /login', (req, res) => void req.resume().on('end', () => res.writeHead(302, { Location: '/otp' }).end()))
  app.on('/set', sets('app=1'))
  await browser.submit('/login', GOOD)
  await browser.visit('/set')
  await browser.submit('/otp', CODE)
  assert.deepEqual(signedIn(gateway), ['alice'])
})

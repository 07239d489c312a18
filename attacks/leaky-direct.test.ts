/**
 * The attacks against the leaky shop itself. Every one must succeed, or it proves nothing when it fails on a protected
 * site; and every one must fail as soon as its one fault is mended and all others are left, or it would always succeed.
 */
import assert from 'node:assert/strict'
import { hash, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import { type LeakyOptions, tight } from '../examples/leaky/options.ts'
import { attacks } from './all.ts'
import type { Attack, Report } from './attack.ts'
import { leakyDirect, startLeakyTarget } from './scenarios/leaky.ts'

/** The least that has to be mended for each attack. */
const mended: Record<string, Partial<LeakyOptions>> = {
  'F1 tapped after sign-in over https': { clear: false },
  'F1 tapped at sign-in from http': { clear: false },
  'F1 https cookie on http': { clear: false },
  "F2 cookie from a cache, the seed's nine steps": { reissue: false },
  "F2 another user's page from a cache": { cacheable: false },
  'F3 planted token, by cookie': { fixed: false },
  'F3 planted token, by URL': { idFromUrl: false },
  'F3 planted token, by hidden field': { idFromField: false },
  'F3 an id that nobody issued': { adopt: false },
  'F3 request waiting during sign-in': { fixed: false, waiting: false },
  'F3 next user on the same browser': { keepData: false },
  'F3 sign-in by a cross-site form': { loginFromAnywhere: false },
  'F4 frozen jar after sign-out': { cookieOnlySignOut: false },
  'F4 old cookie after the next sign-in': { cookieOnlySignOut: false },
  'F4 write in flight during sign-out': { cookieOnlySignOut: false, resurrect: false },
  'F4 sliding for ever': { absolute: 2.5 },
  'F5 attributes of the session cookie': { clear: false, scriptReadable: false, persistent: false },
  'F5 a script reads the cookie': { scriptReadable: false },
  'F5 a sibling host receives the cookie': { domain: undefined },
  'F5 cookie outlives the browser window': { persistent: false },
  'F5 the next token is guessed': { sequential: false },
  'F5 the id is in a link or a field': { idInLinks: false },
  'F5 a cookie is written back unencoded': { reflect: false },
  'F5 stolen store': { storeFile: undefined },
}

/** The least that has to be wrong for each attack, in a shop where all else is right. */
const broken: Record<string, Partial<LeakyOptions>> = {
  'F1 tapped after sign-in over https': { clear: true },
  'F1 tapped at sign-in from http': { clear: true },
  'F1 https cookie on http': { clear: true },
  "F2 cookie from a cache, the seed's nine steps": { cacheable: true, reissue: 0.2 },
  "F2 another user's page from a cache": { cacheable: true },
  'F3 planted token, by cookie': { fixed: true },
  'F3 planted token, by URL': { fixed: true, idFromUrl: true },
  'F3 planted token, by hidden field': { fixed: true, idFromField: true },
  'F3 an id that nobody issued': { fixed: true, adopt: true },
  'F3 request waiting during sign-in': { waiting: true },
  'F3 next user on the same browser': { keepData: true },
  'F3 sign-in by a cross-site form': { loginFromAnywhere: true },
  'F4 frozen jar after sign-out': { cookieOnlySignOut: true },
  'F4 old cookie after the next sign-in': { cookieOnlySignOut: true, signOutMark: 'user' },
  'F4 write in flight during sign-out': { resurrect: true },
  'F4 sliding for ever': { absolute: false, idle: 2 },
  'F5 attributes of the session cookie': { scriptReadable: true },
  'F5 a script reads the cookie': { scriptReadable: true },
  'F5 a sibling host receives the cookie': { domain: 'example.test' },
  'F5 cookie outlives the browser window': { persistent: 3600 },
  'F5 the next token is guessed': { sequential: true },
  'F5 the id is in a link or a field': { idInLinks: true },
  'F5 a cookie is written back unencoded': { reflect: true },
  'F5 stolen store': {},
}

async function attackShop(attack: Attack, changes: Partial<LeakyOptions>): Promise<Report> {
  const target = await startLeakyTarget(attack, changes)
  try {
    // A shop without a file has nothing to steal: a file like one that coatcheck would leave stands in for it.
    const [store] = target.stores ?? []
    if (store && 'storeFile' in changes) await writeFile(store, hash('sha256', randomUUID()))
    return await attack.run(target)
  } finally {
    await target.close()
  }
}

describe('every attack succeeds on the leaky shop', { concurrency: 4 }, () => {
  for (const attack of attacks) {
    it(attack.name, async () => {
      const target = await leakyDirect.start(attack)
      try {
        const report = await attack.run(target)
        assert.equal(report.verdict, 'succeeded', report.evidence)
      } finally {
        await target.close()
      }
    })
  }
})

describe('every attack fails where its one fault is mended, and all others are left', { concurrency: 4 }, () => {
  for (const attack of attacks) {
    const changes = mended[attack.name]
    it(`${attack.name}: ${inspect(changes)}`, async () => {
      assert.ok(changes, 'say what has to be mended')
      const report = await attackShop(attack, changes)
      assert.equal(report.verdict, 'failed', report.evidence)
    })
  }
})

describe('every attack succeeds where its one fault is left, and all others are mended', { concurrency: 4 }, () => {
  for (const attack of attacks) {
    const changes = broken[attack.name]
    it(`${attack.name}: ${inspect(changes)}`, async () => {
      assert.ok(changes, 'say what has to be broken')
      const report = await attackShop(attack, { ...tight, ...changes })
      assert.equal(report.verdict, 'succeeded', report.evidence)
    })
  }
})

describe("F4: the mark of KB 900111 ends the user's cookies until he comes back", { concurrency: 2 }, () => {
  const changes = { signOutMark: 'user' } as const
  for (const [name, verdict] of [
    ['F4 frozen jar after sign-out', 'failed'],
    ['F4 old cookie after the next sign-in', 'succeeded'],
  ] as const) {
    it(`${name}: ${verdict}`, async () => {
      const attack = attacks.find((one) => one.name === name)
      const report = await attackShop(attack!, changes)
      assert.equal(report.verdict, verdict, report.evidence)
    })
  }
})

describe('nothing is decided', () => {
  it('where the victim can not sign in', async () => {
    const attack = attacks.find(({ name }) => name === 'F4 frozen jar after sign-out')!
    const target = await startLeakyTarget(attack)
    try {
      const victim = { name: 'alice', password: 'forgotten' }
      const report = await attack.run({ ...target, users: { ...target.users, victim } })
      assert.equal(report.verdict, 'undecided', report.evidence)
    } finally {
      await target.close()
    }
  })

  it('where the who-am-I page names the victim to everybody', async () => {
    const attack = attacks.find(({ name }) => name === 'F4 frozen jar after sign-out')!
    const target = await startLeakyTarget(attack)
    try {
      const report = await attack.run({ ...target, whoami: '/login' })
      assert.equal(report.verdict, 'undecided', report.evidence)
    } finally {
      await target.close()
    }
  })
})

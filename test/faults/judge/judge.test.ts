// The judge finds each kind of broken promise, and finds nothing where none was broken.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Looked, Seen } from '../crew/protocol.ts'
import type { Line } from '../journal.ts'
import { judge, type Mercy } from './judge.ts'
import { modelOf } from './model.ts'

const USER = 'alice'
const ID = 'id'

/** Lines by hand: at each call one act, tried and (unless it is left open) settled. */
class Story {
  readonly lines: Line[] = []
  #n = 0
  #at = 0

  act(act: 'begin' | 'sign-in' | 'update' | 'rotate' | 'sign-out' | 'end-all', more: Told = {}): this {
    const { token, brings, nonce, but = 'ok' } = more
    const n = this.#n++
    const asked = { ...(token === undefined ? {} : { token }), ...(nonce === undefined ? {} : { nonce }) }
    this.lines.push({ line: 'try', n, at: this.#at++, act, session: 's', user: USER, ...asked })
    const told = brings === undefined ? {} : { token: brings, id: ID }
    if (but !== 'nothing') this.lines.push({ line: but, n, at: this.#at++, ...told })
    return this
  }

  saw(line: 'live' | 'over', token: string): this {
    this.lines.push({ line, at: this.#at++, token })
    return this
  }
}

interface Told {
  readonly token?: string
  readonly brings?: string
  readonly nonce?: string
  readonly but?: 'ok' | 'no' | 'unknown' | 'nothing'
}

function live(...nonces: string[]): Seen {
  return { state: 'live', id: ID, user: USER, n: nonces.length, nonces }
}

const ENDED: Seen = { state: 'ended', reason: 'signed-out' }
const signedIn = () => new Story().act('sign-in', { brings: 'T1' })

const cases: readonly (readonly [string, Story, Record<string, Seen>, readonly string[], RegExp | null, Mercy?])[] = [
  [
    'a session that lives with its changes is as promised',
    signedIn().act('update', { token: 'T1', nonce: 'a' }),
    { T1: live('a') },
    [ID],
    null,
  ],
  [
    'a signed-out session that is honoured',
    signedIn().act('sign-out', { token: 'T1' }),
    { T1: live() },
    [],
    /is honoured/,
  ],
  [
    'a token that is honoured beside the one that took its place',
    signedIn().act('rotate', { token: 'T1', brings: 'T2' }),
    { T1: live(), T2: live() },
    [ID],
    /T1.*is honoured/,
  ],
  [
    'a session that somebody found live after its end',
    signedIn().act('sign-out', { token: 'T1' }).saw('live', 'T1'),
    { T1: ENDED },
    [],
    /honoured afterwards/,
  ],
  [
    'a session that was found live before its end',
    signedIn().saw('live', 'T1').act('sign-out', { token: 'T1' }),
    { T1: ENDED },
    [],
    null,
  ],
  ['a sign-in that is lost', signedIn(), { T1: { state: 'none' } }, [], /nobody knows/],
  ['a sign-in that ended by itself', signedIn(), { T1: ENDED }, [ID], /was to live/],
  [
    'a change that is lost',
    signedIn().act('update', { token: 'T1', nonce: 'a' }),
    { T1: live() },
    [ID],
    /lost what was acknowledged: a/,
  ],
  [
    'a change that is there twice',
    signedIn().act('update', { token: 'T1', nonce: 'a' }),
    { T1: live('a', 'a') },
    [ID],
    /twice/,
  ],
  [
    'a change that was refused, and is there',
    signedIn().act('update', { token: 'T1', nonce: 'a', but: 'no' }),
    { T1: live('a') },
    [ID],
    /was refused/,
  ],
  ['a change that nobody asked for', signedIn(), { T1: live('b') }, [ID], /never asked for/],
  ['half a change', signedIn(), { T1: { ...live(), n: 1 } as Seen }, [ID], /half/],
  ['another user', signedIn(), { T1: { ...live(), user: 'bob' } as Seen }, [ID], /is bob's/],
  [
    'a change in doubt that is there',
    signedIn().act('update', { token: 'T1', nonce: 'a', but: 'nothing' }),
    { T1: live('a') },
    [ID],
    null,
  ],
  [
    'a change in doubt that is not there',
    signedIn().act('update', { token: 'T1', nonce: 'a', but: 'unknown' }),
    { T1: live() },
    [ID],
    null,
  ],
  [
    'a sign-out in doubt that took effect',
    signedIn().act('sign-out', { token: 'T1', but: 'nothing' }),
    { T1: ENDED },
    [],
    null,
  ],
  [
    'a sign-out in doubt that did not',
    signedIn().act('sign-out', { token: 'T1', but: 'nothing' }),
    { T1: live() },
    [ID],
    null,
  ],
  [
    'a sign-out that was refused, and took effect',
    signedIn().act('sign-out', { token: 'T1', but: 'no' }),
    { T1: ENDED },
    [],
    /was to live/,
  ],
  [
    'a record that cannot be read',
    signedIn(),
    { T1: { state: 'error', code: 'ERR_X', message: '' } },
    [ID],
    /cannot be read/,
  ],
  ['a session that ended and is listed', signedIn().act('end-all'), { T1: ENDED }, [ID], /is listed/],
  ['a session that lives and is not listed', signedIn(), { T1: live() }, [], /not listed/],
  ['a session that opened nothing for a moment', signedIn().saw('over', 'T1'), { T1: live() }, [ID], /opened nothing/],
  [
    'a change that a power cut took',
    signedIn().act('update', { token: 'T1', nonce: 'a' }),
    { T1: live() },
    [ID],
    null,
    { unsynced: true },
  ],
  [
    'a change that a power cut took from under a younger one',
    signedIn().act('update', { token: 'T1', nonce: 'a' }).act('update', { token: 'T1', nonce: 'b' }),
    { T1: live('b') },
    [ID],
    /lost a, which came before/,
    { unsynced: true },
  ],
  ['a sign-in that a power cut took', signedIn(), { T1: { state: 'none' } }, [], /nobody knows/, { unsynced: true }],
]

for (const [what, { lines }, tokens, listed, expected, mercy] of cases) {
  test(`${what}: ${expected === null ? 'nothing is broken' : 'is found'}`, () => {
    const looked: Looked = { tokens, users: { [USER]: listed } }
    const broken = judge(modelOf([lines]), looked, mercy)
    if (expected === null) assert.deepEqual(broken, [])
    else
      assert.ok(
        broken.some((problem) => expected.test(problem)),
        broken.join('\n') || 'nothing was found',
      )
  })
}

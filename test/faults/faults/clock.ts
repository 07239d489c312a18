// The clock of the machine is set by hours, forward and back, while processes are at work (libfaketime; the monotonic clock
// stays what it is). No session is honoured for longer than its lifetime by the monotonic clock, in the process that
// had it open; and what has ended for one process comes back for none, whatever the clock says to it.

import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Campaign } from '../campaign.ts'
import type { Member } from '../crew/crew.ts'
import type { Looked } from '../crew/protocol.ts'
import type { Fault, Trial } from '../fault.ts'

const USUAL = 6
const SESSIONS = 12
/** Milliseconds. */
const IDLE = 1200
const ABSOLUTE = 2400
const WATCHED = 4200
const LOOK_EVERY = 60
const HOURS = [-30, -13, -3, -1, 1, 3, 13]

export const clock: Fault = {
  name: 'time set',
  rules: ['E4', 'E5', 'E10'],
  what: `the clock is set by ${HOURS.join(', ')} hours, once or twice`,
  missing: () => (library() === undefined ? 'there is no libfaketime: apt-get install libfaketime' : null),
  try: async (trial) => {
    const rounds = trial.rounds(USUAL)
    for (let round = 0; round < rounds; round++) {
      // Once with the clock left alone: what lives then must live, or the rest would prove nothing.
      const hours =
        round === 0 ? [] : Array.from({ length: trial.random.whole(1, 2) }, () => trial.random.pick(HOURS) as number)
      trial.progress(round, rounds, hours.join(', then '))
      await once(trial, hours)
      trial.tally.rounds++
    }
  },
}

async function once(trial: Trial, hours: readonly number[]): Promise<void> {
  const { crew, random, tally } = trial
  const folder = trial.folder('clock')
  const stamp = join(folder, 'offset')
  const campaign = new Campaign(trial, { folder, visitors: 0, pause: 20, site: { idle: IDLE, absolute: ABSOLUTE } })
  const env = {
    LD_PRELOAD: library() as string,
    FAKETIME_TIMESTAMP_FILE: stamp,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
  writeFileSync(stamp, '+0')
  const [one, other] = await Promise.all([crew.fork({ env }), crew.fork({ env })])
  for (const member of [one, other]) await campaign.employ(member)
  const from = performance.now()
  const tokens = await one.ask<string[]>({ do: 'sign in', count: SESSIONS })
  const signedInBy = performance.now()
  const steps = hours.map((by) => ({ by, at: random.next() * ABSOLUTE }))
  const watch = new Watch(tokens, { from, by: signedInBy, disturbed: hours.length > 0 }, tally.broken)
  let offset = 0
  while (performance.now() < signedInBy + WATCHED) {
    for (const step of steps.filter(({ at }) => performance.now() >= signedInBy + at)) {
      steps.splice(steps.indexOf(step), 1)
      offset += step.by * 3600
      writeFileSync(stamp, `${offset < 0 ? '' : '+'}${offset}`)
    }
    for (const member of [one, other]) await watch.look(member, tokens)
    await sleep(LOOK_EVERY)
  }
  // With the clock as it is now, and with the right one.
  const late = [await crew.fork({ env }), await crew.take()] as const
  for (const member of late) {
    const { tokens: seen } = await member.ask<Looked>({ do: 'look', site: campaign.site, tokens, users: [] })
    const back = Object.values(seen).filter(({ state }) => state === 'live').length
    if (back > 0) tally.broken.push(`${back} sessions came back that had ended (${hours.join(', ')} hours)`)
  }
  tally.ends += tokens.length
  await Promise.all([one, other, ...late].map((member: Member) => member.kill()))
}

/** Milliseconds between which all had signed in. */
interface SignedIn {
  readonly from: number
  readonly by: number
  /** Whether the clock is set meanwhile. */
  readonly disturbed: boolean
}

/** Half of the sessions are used all the time, half only looked at. */
class Watch {
  readonly #active: ReadonlySet<string>
  readonly #signedIn: SignedIn
  readonly #broken: string[]
  readonly #over = new Set<string>()

  constructor(tokens: readonly string[], signedIn: SignedIn, broken: string[]) {
    this.#active = new Set(tokens.filter((_, i) => i % 2 === 0))
    this.#signedIn = signedIn
    this.#broken = broken
  }

  async look(member: Member, tokens: readonly string[]): Promise<void> {
    for (const active of [true, false]) {
      const asked = tokens.filter((token) => this.#active.has(token) === active)
      const at = performance.now()
      const { tokens: seen } = await member.ask<Looked>({ do: 'look inside', tokens: asked, active })
      for (const [token, { state }] of Object.entries(seen)) this.#note(token, state, at, active ? ABSOLUTE : IDLE)
    }
  }

  #note(token: string, state: string, asked: number, lifetime: number): void {
    const { from, by, disturbed } = this.#signedIn
    const name = `${token.slice(0, 6)}…`
    if (state === 'live') {
      const age = asked - by
      if (age > lifetime) this.#tell(`${name} is honoured ${age.toFixed(0)} ms after it began, and may be ${lifetime}`)
      if (this.#over.has(token)) this.#tell(`${name} had ended, and is honoured again`)
      return
    }
    const age = performance.now() - from
    // Idle sessions may end early, by as much as touches are apart.
    if (!disturbed && age < lifetime * 0.95) this.#tell(`${name} ended within ${age.toFixed(0)} ms, undisturbed`)
    this.#over.add(token)
  }

  #tell(problem: string): void {
    if (this.#broken.length < 100) this.#broken.push(problem)
  }
}

function library(): string | undefined {
  return globSync('/usr/lib/*/faketime/libfaketimeMT.so.1')[0]
}

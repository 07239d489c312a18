// Fills a store as a site does: each session is begun, sealed and created by the code that does it for a request. Tokens
// go into a file, 32 bytes each, so that no process has to hold them.

import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { begin } from '../../packages/session/src/begin.ts'
import { Engine } from '../../packages/session/src/engine.ts'
import { normalise } from '../../packages/session/src/options.ts'
import type { Store } from '../../packages/session/src/store.ts'
import type { SessionId } from '../../packages/session/src/token.ts'
import { IDLE, SITE, type Visitor, visitor } from './population.ts'

const TOKEN = 32
/** Creations that are asked for together; the store makes one transaction of them or several. */
const TOGETHER = 512

export interface Filling {
  readonly store: Store
  readonly sessions: number
  /** The site's now. */
  readonly now: number
  /** Where the tokens go. */
  readonly tokens: string
  /** Hears how many there are. */
  readonly progress: (done: number) => void
}

export async function fill({ store, sessions, now, tokens, progress }: Filling): Promise<void> {
  let clock = 0
  const engine = new Engine<Visitor['data']>(
    normalise({ store, site: SITE, idle: IDLE, clock: () => clock, initial: () => ({ theme: '', cart: [] }) }),
  )
  const file = openSync(tokens, 'w')
  try {
    let underWay: Promise<void> = Promise.resolve()
    for (let n = 0; n < sessions; ) {
      const creations: Promise<unknown>[] = []
      const seen = new Map<SessionId, number>()
      const minted: Buffer[] = []
      for (const end = Math.min(n + TOGETHER, sessions); n < end; n++) {
        const { user, begins, seen: seenAt, data, client } = visitor(n, sessions, now)
        clock = begins
        const { token, held } = begin(engine, {
          continues: null,
          identity: { user, methods: user === null ? [] : ['pwd'], remembered: false },
          authenticates: user !== null,
          data: { json: JSON.stringify(data), data },
          client,
          brief: false,
        })
        minted.push(Buffer.from(token.reveal(), 'base64url'))
        creations.push(created(store.create({ record: held.record, at: begins, signIn: null })))
        if (seenAt !== null) seen.set(held.record.id, seenAt)
      }
      writeSync(file, Buffer.concat(minted))
      await underWay // while the store is busy with these, the next ones are sealed
      underWay = Promise.all(creations).then(() => store.touch(seen))
      progress(n)
    }
    await underWay
  } finally {
    closeSync(file)
  }
  await engine.close(true)
}

async function created(creation: ReturnType<Store['create']>): Promise<void> {
  const { state } = await creation
  if (state !== 'done') throw new Error(`a session could not be created: ${state}`)
}

/** The tokens that `fill` wrote. */
export class Tokens {
  readonly #file: number
  readonly #bytes = Buffer.alloc(TOKEN)

  constructor(file: string) {
    this.#file = openSync(file, 'r')
  }

  /** As it stands in the cookie. */
  of(n: number): string {
    readSync(this.#file, this.#bytes, 0, TOKEN, n * TOKEN)
    return this.#bytes.toString('base64url')
  }

  close(): void {
    closeSync(this.#file)
  }
}

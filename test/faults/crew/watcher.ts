// What goes on between processes: reads in the others' journals which sessions there are, keeps them in this process's
// cache by opening them, works on those that were left (so that several processes do), and looks whether a token still
// opens something that another process was told is over.

import { SessionError } from '@coatcheck/session'
import { type Attempt, type Journal, JournalTail, type Line, monotonic } from '../journal.ts'
import type { Random } from '../random.ts'
import { acting } from './acting.ts'
import { COOKIE, FakeBrowser, FakeExchange, type Site, withToken } from './site.ts'
import { add } from './visitor.ts'

const REMEMBERED = 60

const STEPS = { look: 12, 'look again': 6, update: 8, rotate: 1, 'sign-out': 1, end: 1 } as const

interface Known {
  readonly token: string
  readonly session: string
  readonly id: string
}

export class Watcher {
  readonly #site: Site
  readonly #journal: Journal
  readonly #random: Random
  readonly #name: string
  readonly #others: Other[]
  #nonces = 0
  #live: Known[] = []
  #over: Known[] = []
  refused = 0

  constructor(site: Site, journal: Journal, random: Random, name: string, others: readonly string[]) {
    this.#site = site
    this.#journal = journal
    this.#random = random
    this.#name = name
    this.#others = others.map((file) => new Other(file))
  }

  async step(): Promise<void> {
    for (const other of this.#others) {
      const { began, ended } = other.read()
      this.#live.push(...began)
      const over = this.#live.filter(({ session, token }) => ended.has(session) || ended.has(token))
      this.#live = this.#live.filter((known) => !over.includes(known)).slice(-REMEMBERED)
      this.#over = [...this.#over, ...over].slice(-REMEMBERED)
    }
    const step = this.#random.weighted(STEPS)
    const known = this.#random.pick(step === 'look again' ? this.#over : this.#live)
    if (known === undefined) return
    try {
      if (step === 'look' || step === 'look again') await this.#look(known)
      else await this.#act(known, step)
    } catch (error) {
      if (error instanceof SessionError && error.status === 503) this.refused++
      else this.#journal.write({ line: 'surprise', at: monotonic(), what: `watcher: ${(error as Error).stack}` })
    }
  }

  async #look({ token }: Known): Promise<void> {
    const at = monotonic()
    const { id, ended } = await this.#site.openExchange(withToken(token))
    if (id !== null) this.#journal.write({ line: 'live', at, token })
    else this.#journal.write({ line: 'over', at, token, ended: ended?.reason ?? 'none' })
  }

  async #act({ token, session: name, id }: Known, act: 'update' | 'rotate' | 'sign-out' | 'end'): Promise<void> {
    const browser = new FakeBrowser()
    const exchange = new FakeExchange(`${COOKIE}=${token}`)
    const session = await this.#site.openExchange(exchange)
    if (session.id === null) return
    const nonce = `${this.#name}/${this.#nonces++}`
    const attempt = { act, session: name, token, ...(act === 'update' ? { nonce } : {}) }
    await acting(this.#journal, attempt, async () => {
      if (act === 'update') await session.update((data) => add(data, nonce))
      else if (act === 'rotate') await session.rotate()
      else if (act === 'sign-out') await session.signOut()
      else await this.#site.end(id as never)
      browser.receive(exchange)
      return act === 'rotate' && browser.token !== '' ? { token: browser.token, id } : {}
    })
  }
}

/** Another process's journal, as far as it concerns strangers. */
class Other {
  readonly #tail: JournalTail
  readonly #tries = new Map<number, Attempt>()

  constructor(file: string) {
    this.#tail = new JournalTail(file)
  }

  /** Tokens that began, and names of sessions and tokens that ended. */
  read(): { began: Known[]; ended: Set<string> } {
    const began: Known[] = []
    const ended = new Set<string>()
    for (const line of this.#tail.read()) this.#note(line, began, ended)
    return { began, ended }
  }

  #note(line: Line, began: Known[], ended: Set<string>): void {
    if (line.line === 'try') this.#tries.set(line.n, line)
    if (line.line !== 'ok') return
    const attempt = this.#tries.get(line.n)
    this.#tries.delete(line.n)
    if (attempt === undefined) return
    const { act, session, token } = attempt
    if (act === 'sign-out' || act === 'end' || act === 'end-all') ended.add(session)
    if ((act === 'rotate' || act === 'sign-in-again') && token !== undefined) ended.add(token)
    // What an anonymous visitor keeps is carried into another session when he signs in: it is left to him.
    if (line.token !== undefined && act !== 'begin') began.push({ token: line.token, session, id: line.id ?? '' })
  }
}

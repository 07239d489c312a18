// A visitor's life, again and again: begins or signs in, changes something, gets new tokens, signs out or leaves. What he
// held before he comes back with, as somebody who kept a copy would.

import type { Session } from '@coatcheck/session'
import { SessionError } from '@coatcheck/session'
import { type Journal, monotonic } from '../journal.ts'
import type { Random } from '../random.ts'
import { acting } from './acting.ts'
import { FakeBrowser, type FakeExchange, type Kept, type Site, withToken } from './site.ts'

const STEPS = {
  update: 40,
  visit: 10,
  rotate: 10,
  'sign-in-again': 8,
  leave: 6,
  'sign-out': 10,
  end: 5,
  'end-all': 4,
} as const

type Step = keyof typeof STEPS

interface Life {
  readonly name: string
  readonly user: string
  readonly browser: FakeBrowser
  id: string
}

export class Visitor {
  readonly #site: Site
  readonly #journal: Journal
  readonly #random: Random
  readonly #name: string
  #lives = 0
  #nonces = 0
  /** Requests that were refused with a 503 before anything was asked for. */
  refused = 0

  constructor(site: Site, journal: Journal, random: Random, name: string) {
    this.#site = site
    this.#journal = journal
    this.#random = random
    this.#name = name
  }

  /** One life. */
  async live(): Promise<void> {
    const name = `${this.#name}.${this.#lives++}`
    const life: Life = { name, user: `user-${name}`, browser: new FakeBrowser(), id: '' }
    if (!(await this.#arrive(life))) return
    const steps = this.#random.whole(1, 14)
    for (let i = 0; i < steps; i++) {
      const step = this.#random.weighted(STEPS)
      if (!(await this.#step(life, step))) return
    }
  }

  async #arrive(life: Life): Promise<boolean> {
    if (this.#random.chance(0.3)) {
      const nonce = this.#nonce()
      const begun = await this.#act(life, 'begin', (session) => session.update((data) => add(data, nonce)), nonce)
      if (!begun) return false
    }
    return this.#act(life, life.id === '' ? 'sign-in' : 'sign-in-again', (session) => session.signIn(life.user))
  }

  /** @returns whether the session goes on */
  async #step(life: Life, step: Step): Promise<boolean> {
    const nonce = this.#nonce()
    switch (step) {
      case 'update':
        return this.#act(life, 'update', (session) => session.update((data) => add(data, nonce)), nonce)
      case 'visit':
        return (await this.#open(life)) !== undefined
      case 'rotate':
        return this.#superseding(life, 'rotate', (session) => session.rotate())
      case 'sign-in-again':
        return this.#superseding(life, 'sign-in-again', (session) => session.signIn(life.user))
      case 'leave':
        return false
      case 'sign-out':
        await this.#ending(life, 'sign-out', (session) => session.signOut())
        return false
      case 'end':
        await this.#ending(life, 'end', () => this.#site.end(life.id as never))
        return false
      case 'end-all':
        await this.#ending(life, 'end-all', () => this.#site.endAll(life.user))
        return false
    }
  }

  async #superseding(life: Life, act: 'rotate' | 'sign-in-again', work: Work): Promise<boolean> {
    const copy = life.browser.copy()
    const goesOn = await this.#act(life, act, work)
    if (goesOn) await this.#comeBack(copy)
    return goesOn
  }

  async #ending(life: Life, act: 'sign-out' | 'end' | 'end-all', work: Work): Promise<void> {
    const copy = life.browser.copy()
    await this.#act(life, act, work)
    // Also where it could not be confirmed: this process is to refuse what was signed out here (E2).
    if (act === 'sign-out') await this.#comeBack(copy)
  }

  async #act(life: Life, act: ActName, work: Work, nonce?: string): Promise<boolean> {
    const opened = await this.#open(life)
    if (opened === undefined) return false
    const { session, exchange } = opened
    const { browser, name, user } = life
    const token = browser.token
    const attempt = {
      act,
      session: name,
      ...(act === 'begin' || act === 'update' || act === 'rotate' ? {} : { user }),
      ...(token === '' ? {} : { token }),
      ...(nonce === undefined ? {} : { nonce }),
    }
    const outcome = await acting(this.#journal, attempt, async () => {
      await work(session)
      browser.receive(exchange)
      life.id = session.id ?? life.id
      return browser.token === token || browser.token === '' ? {} : { token: browser.token, id: life.id }
    })
    return outcome === 'ok'
  }

  /** undefined where the visitor gets an error, or has no session where he had one. */
  async #open({ browser }: Life): Promise<{ session: Session<Kept>; exchange: FakeExchange } | undefined> {
    const { token } = browser
    const at = monotonic()
    try {
      const opened = await browser.open(this.#site)
      if (token !== '' && opened.session.id === null) {
        this.#journal.write({ line: 'over', at, token, ended: opened.session.ended?.reason ?? 'none' })
        return undefined
      }
      return opened
    } catch (error) {
      this.#refuse(error)
      return undefined
    }
  }

  async #comeBack(copy: FakeBrowser): Promise<void> {
    const at = monotonic()
    const { token } = copy
    try {
      const session = await this.#site.openExchange(withToken(token))
      if (session.id !== null) this.#journal.write({ line: 'live', at, token })
    } catch (error) {
      this.#refuse(error)
    }
  }

  #refuse(error: unknown): void {
    if (error instanceof SessionError && error.status === 503) this.refused++
    else this.#journal.write({ line: 'surprise', at: monotonic(), what: `open: ${(error as Error).stack}` })
  }

  #nonce(): string {
    return `${this.#name}/${this.#nonces++}`
  }
}

type ActName = Parameters<typeof acting>[1]['act']
type Work = (session: Session<Kept>) => Promise<unknown>

export function add(data: Kept, nonce: string): void {
  data.n++
  data.nonces.push(nonce)
}

// Processes at work on one file, over several rounds: their journals, and the look at the file in between.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Member } from './crew/crew.ts'
import type { Looked, Measure } from './crew/protocol.ts'
import type { SiteOptions } from './crew/site.ts'
import type { Trial } from './fault.ts'
import { type Line, readJournal } from './journal.ts'
import { judge, type Mercy, tokensOf } from './judge/judge.ts'
import { type Model, modelOf } from './judge/model.ts'

/** Of what was looked at before, so much is looked at again in each round; all of it in the last one. */
const AGAIN = 150

export interface CampaignOptions {
  readonly folder: string
  /** Where the database stands, if not in the folder. */
  readonly file?: string
  readonly site?: Partial<SiteOptions>
  readonly visitors?: number
  readonly pause?: number
}

export class Campaign {
  readonly file: string
  readonly folder: string
  readonly #trial: Trial
  readonly #options: CampaignOptions
  readonly #journals: string[] = []
  readonly #settled = new Set<string>()
  /** Microseconds: what was acknowledged later is in doubt. */
  doubtAfter = Number.POSITIVE_INFINITY
  /** Those at work. */
  members: Member[] = []
  #counted = { ends: 0, writes: 0, doubts: 0, refusals: 0 }

  constructor(trial: Trial, options: CampaignOptions) {
    this.#trial = trial
    this.#options = options
    this.folder = options.folder
    this.file = options.file ?? join(options.folder, 'sessions.db')
    mkdirSync(join(this.folder, 'journals'), { recursive: true })
  }

  get site(): SiteOptions {
    return { file: this.file, ...this.#options.site }
  }

  /** Puts a process to work; settles when it has the file open. */
  async employ(member: Member, site: Partial<SiteOptions> = {}): Promise<void> {
    const name = `p${this.#journals.length}`
    const journal = join(this.folder, 'journals', `${name}.log`)
    const others = this.#journals.slice(-6)
    this.#journals.push(journal)
    this.members.push(member)
    const { visitors = 3, pause = 0 } = this.#options
    const seed = this.#trial.random.seed()
    await member.ask({ do: 'work', site: { ...this.site, ...site }, journal, others, name, seed, visitors, pause })
  }

  /** Forgets those that are gone. */
  muster(): Member[] {
    this.members = this.members.filter((member) => !member.isGone)
    return this.members
  }

  async rest(): Promise<void> {
    await Promise.all(this.muster().map((member) => member.ask({ do: 'rest' })))
  }

  async goOn(): Promise<void> {
    await Promise.all(this.muster().map((member) => member.ask({ do: 'go on' })))
  }

  async stop(): Promise<void> {
    await Promise.all(this.muster().map((member) => member.ask({ do: 'stop' })))
  }

  async kill(): Promise<void> {
    await Promise.all(this.muster().map((member) => member.kill()))
    this.muster()
  }

  model(): Model {
    return modelOf(this.#journals.map(readJournal), this.doubtAfter)
  }

  /** What those heard who were refused. */
  refusals(): string[] {
    return this.lines().flatMap((line) => ('error' in line && line.line !== 'gone' ? (line.error ?? '') : []))
  }

  /** Of all journals. */
  lines(): Line[] {
    return this.#journals.flatMap(readJournal)
  }

  /** Looks at the file through a process that has not opened it yet, and notes which promises are broken. */
  async verify(by: Member, scope: 'new' | 'all', mercy: Mercy = {}, file = this.file): Promise<boolean> {
    const model = this.model()
    const { tokens, users } = this.#chosen(model, scope)
    const looked = await by.ask<Looked>({ do: 'look', site: { ...this.site, file }, tokens, users })
    return this.note(model, looked, mercy)
  }

  /** Through one of those at work. */
  async verifyInside(member: Member, mercy: Mercy = {}): Promise<boolean> {
    const model = this.model()
    const { tokens } = this.#chosen(model, 'new')
    return this.note(model, await member.ask<Looked>({ do: 'look inside', tokens }), { inside: true, ...mercy })
  }

  note(model: Model, looked: Looked, mercy: Mercy = {}): boolean {
    const { tally } = this.#trial
    const broken = judge(model, looked, mercy)
    for (const problem of broken) tally.broken.push(`${problem}\n    look at ${this.folder}`)
    for (const key of ['ends', 'writes', 'doubts', 'refusals'] as const) {
      tally[key] += model.counts[key] - this.#counted[key]
    }
    this.#counted = { ...model.counts }
    return broken.length === 0
  }

  #chosen(model: Model, scope: 'new' | 'all'): { tokens: string[]; users: string[] } {
    const accounts = [...model.accounts.values()]
    const old = accounts.filter(({ name }) => this.#settled.has(name))
    const fresh = accounts.filter(({ name }) => !this.#settled.has(name))
    const again = scope === 'all' ? old : this.#trial.random.some(old).slice(0, AGAIN)
    const chosen = [...fresh, ...again]
    for (const { name } of fresh) this.#settled.add(name)
    return {
      tokens: chosen.flatMap((account) => [...tokensOf(account)]),
      users: chosen.flatMap(({ user }) => user ?? []),
    }
  }
}

export function measured(member: Member): Promise<Measure> {
  return member.ask<Measure>({ do: 'measure' })
}

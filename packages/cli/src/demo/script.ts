// How an act is told. Its steps are written once and played twice: against the shop alone, then with coatcheck in
// front. What a step says it read from answers of this very run; a scene knows what the story expects of each site,
// and says plainly where it went otherwise.

import type { Page } from '../../../../attacks/lib/browser.ts'
import type { Pace } from './pace.ts'
import { flowed, type Paper } from './paper.ts'
import type { Setting, Site, Stage } from './stage.ts'
import { type Asked, answerParts, requestParts } from './wire.ts'

export interface Act {
  /** `F1` */
  readonly failure: string
  /** `clear` */
  readonly name: string
  /** The document that tells it. */
  readonly source: string
  /** What goes wrong, in the document's words where they are short. */
  readonly about: string
  /** Who stands between whom: people first, the shop last. */
  readonly way: readonly string[]
  /** Plays it once, and says for the table what the attacker got, in at most 30 characters. */
  play(scene: Scene): Promise<string>
}

/** The story cannot go on: what both sites have to do did not happen, so nothing after it would prove anything. */
export class BrokenOff extends Error {}

const SAID = '   '
const WHO = 'attacker'.length
const ANSWER = `${' '.repeat(WHO)} ← `

export class Scene {
  readonly guarded: boolean
  /** How often it went otherwise than the story says. */
  unexpected = 0
  /** Whether the attacker got anything. */
  got = false
  readonly #stage: Stage
  readonly #paper: Paper
  readonly #pace: Pace
  #steps = 0
  #far = false

  constructor(stage: Stage, paper: Paper, pace: Pace) {
    this.guarded = stage.guarded
    this.#stage = stage
    this.#paper = paper
    this.#pace = pace
  }

  open(setting?: Setting): Promise<Site> {
    this.#far = setting?.doors ?? false
    return this.#stage.open(setting)
  }

  /** The next step. Told before it is taken, so that one which takes a moment shows what is going on. */
  async step<T>(told: string, take: () => T | Promise<T>): Promise<T> {
    await this.#pace.between()
    return this.atOnce(told, take)
  }

  /** The next step where the reader cannot be waited for: a request is under way, a cache forgets in a minute. */
  async atOnce<T>(told: string, take: () => T | Promise<T>): Promise<T> {
    this.#steps += 1
    this.#paper.text(told, { lead: `${String(this.#steps).padStart(2)} `, ink: 'bold' })
    return take()
  }

  /** A second part: another shop, say. */
  part(told: string): void {
    this.#paper.line()
    this.#paper.text(told, { lead: SAID, ink: 'italic' })
  }

  /** Begins anew with the first step. */
  again(why: string): void {
    this.note(why)
    this.#steps = 0
  }

  /** A remark that is neither good nor bad. */
  note(text: string): void {
    this.#paper.text(text, { lead: `${SAID}· `, ink: 'dim' })
  }

  request(who: string, asked: Asked): void {
    this.#wire(`${who.padEnd(WHO)} → `, requestParts(asked, this.#far))
  }

  /** @param headers - what to show beside status and Location, in lower case */
  answer(page: Page, headers: readonly string[] = ['set-cookie']): void {
    this.#wire(ANSWER, answerParts(page, headers, this.#far))
  }

  /** Many answers, the same ones counted. */
  answers(pages: readonly Page[]): void {
    const counts = new Map<string, number>()
    for (const page of pages) {
      const [said = ''] = answerParts(page, [], this.#far)
      counts.set(said, (counts.get(said) ?? 0) + 1)
    }
    for (const [said, count] of counts) this.#wire(ANSWER, [`${count} × ${said}`])
  }

  /** Where the two sites part: the attacker gets it from the shop alone, and not from the guarded one. */
  turn(got: boolean, whenGot: string, whenNot: string): void {
    this.got ||= got
    this.#paper.text(got ? whenGot : whenNot, { lead: SAID + (got ? '✗ ' : '✓ '), ink: got ? 'red' : 'green' })
    if (got !== this.guarded) return
    this.unexpected += 1
    const should = got ? 'coatcheck should have stopped this' : 'the shop alone should have let this happen'
    this.#paper.text(`Not as told: ${should}.`, { lead: `${SAID}! `, ink: ['bold', 'yellow'] })
  }

  /** What has to be so on both sites. */
  must(fact: boolean, told: string): void {
    if (!fact) throw new BrokenOff(`it is not so that ${told}`)
  }

  /** A site that fails has not been shown to hold. */
  mustWork({ status }: Pick<Page, 'status'>): void {
    this.must(status < 400, `the site works: it answered ${status}`)
  }

  #wire(lead: string, parts: readonly string[]): void {
    flowed(parts, this.#paper.width - SAID.length - lead.length).forEach((line, i) => {
      this.#paper.line(SAID + (i === 0 ? lead : ' '.repeat(lead.length)) + line)
    })
  }
}

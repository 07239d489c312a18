// The people of the story, and what they do. A request that matters is shown before it is sent.

import { Browser, type Page } from '../../../../attacks/lib/browser.ts'
import { findForm } from '../../../../attacks/lib/form.ts'
import type { Pair } from '../../../../attacks/lib/jar.ts'
import { attackerGets, newCard } from '../../../../attacks/lib/people.ts'
import type { Form } from '../../../../attacks/target.ts'
import { BrokenOff, type Scene } from './script.ts'
import type { Site } from './stage.ts'
import { ownerOf } from './wire.ts'

type Load = NonNullable<Parameters<Browser['load']>[1]>

/** Somebody with a browser. */
export class Visitor {
  readonly name: string
  readonly browser: Browser
  readonly card = newCard()
  readonly #scene: Scene
  readonly #site: Site

  constructor(scene: Scene, site: Site, name: string) {
    this.name = name
    this.browser = new Browser(site.address)
    this.#scene = scene
    this.#site = site
  }

  /** Asks, and leaves it to the caller to show the answer. */
  ask(path: string, how: Load = {}, fields: Pair[] = []): Promise<Page> {
    const url = new URL(path, this.#site.url).href
    const { method = 'GET' } = how
    this.#scene.request(this.name, { method, url, cookies: this.browser.jar.pairs(url), fields })
    return this.browser.load(url, { ...how, follow: false })
  }

  async get(path: string, headers?: readonly string[]): Promise<Page> {
    const page = await this.ask(path)
    this.#scene.answer(page, headers)
    return page
  }

  image(path: string): Promise<Page> {
    return this.ask(path, { from: `${this.#site.url}/`, dest: 'image' })
  }

  /** Fills in the form on a page, and sends it with its hidden fields; shown are those that are named. */
  fillIn(page: Page, fields: Form['fields'], ...shown: string[]): Promise<Page> {
    return this.ask(
      ...this.#filledIn(page, fields),
      shown.map((name): Pair => [name, fields[name] ?? '']),
    )
  }

  #filledIn(page: Page, fields: Form['fields']): [address: string, how: Load] {
    const names = Object.keys(fields)
    const form = findForm(page.body, names)
    if (!form) throw new BrokenOff(`it is not so that ${new URL(page.url).pathname} has a form for ${names.join(', ')}`)
    const hidden = form.fields.filter(([name]) => !(name in fields))
    const all = [...hidden, ...Object.entries(fields)]
    return [new URL(form.action, page.url).href, { method: 'POST', fields: all, from: page.url }]
  }

  async signIn(): Promise<void> {
    const { page, fields } = this.#site.signIn(this.#site.users.victim)
    this.#scene.answer(await this.fillIn(await this.look(page), fields, 'user'))
  }

  /** Enters the card, and reads it again on the confirmation page. Without that nothing proves anything. */
  async order(): Promise<void> {
    const { page, fields } = this.#site.secret.enter(this.card)
    const form = await this.look(page)
    this.#scene.must(ownerOf(form).user === this.name, `${this.name} is signed in`)
    await this.browser.load(...this.#filledIn(form, fields))
    const { user, card } = ownerOf(await this.get(this.#site.secret.path))
    this.#scene.must(user === this.name && card === this.card, `${this.name} reads her own card`)
  }

  /** Loads a page that is not worth a line. */
  look(path: string): Promise<Page> {
    return this.browser.load(new URL(path, this.#site.url).href)
  }

  async signOut(): Promise<void> {
    const { method, path } = this.#site.signOut
    this.#scene.answer(await this.ask(path, { method, fields: [], from: `${this.#site.url}/` }))
    const { user } = ownerOf(await this.look(this.#site.secret.path))
    this.#scene.must(user === undefined, `${this.name} is signed out in her own browser`)
  }

  /** The cookies that would go to the site. */
  cookies(): Pair[] {
    return this.browser.jar.pairs(this.#site.url)
  }
}

/** Somebody who writes his requests himself. */
export class Attacker {
  readonly #scene: Scene
  readonly #site: Site

  constructor(scene: Scene, site: Site) {
    this.#scene = scene
    this.#site = site
  }

  /** Asks for a page with these cookies, and shows what comes. */
  async get(path: string, cookies: Pair[]): Promise<Page> {
    const url = new URL(path, this.#site.url).href
    this.#scene.request('attacker', { method: 'GET', url, cookies })
    const page = { ...(await attackerGets(this.#site, url, cookies)), url }
    this.#scene.answer(page, [])
    return page
  }

  /** The same request many times over and at once; the answers are left to the caller. */
  many(count: number, path: string, cookies: Pair[]): Promise<Page[]> {
    const url = new URL(path, this.#site.url).href
    this.#scene.request('attacker', { method: `${count} × GET`, url, cookies })
    const answers = Array.from({ length: count }, async () => ({
      ...(await attackerGets(this.#site, url, cookies)),
      url,
    }))
    return Promise.all(answers)
  }

  /** Whether these cookies make him somebody, or show him this card. */
  async opens(cookies: Pair[], victim: Visitor): Promise<boolean> {
    const page = await this.get(this.#site.secret.path, cookies)
    this.#scene.mustWork(page)
    const { user, card } = ownerOf(page)
    return user === victim.name || card === victim.card
  }

  /** The same, out of sight: for many tries. */
  async quietlyOpens(cookies: Pair[], victim: Visitor): Promise<boolean> {
    const page = await attackerGets(this.#site, new URL(this.#site.secret.path, this.#site.url).href, cookies)
    this.#scene.mustWork(page)
    return ownerOf(page).user === victim.name || page.body.includes(victim.card)
  }
}

// A site whose vault only reports (`vault: report`): cookies pass both ways as if there were no gateway, and what would be
// done with them is noted. Nothing is protected meanwhile.

import { readBody } from '../form/body.ts'
import type { Form } from '../form/form.ts'
import { unnamed } from '../form/user-name.ts'
import type { Passage } from '../passage.ts'
import { hasBody } from '../silence.ts'
import { parseSetCookie } from '../vault/set-cookie.ts'
import { CookieNotes } from './cookie-notes.ts'
import type { Observed } from './observed.ts'
import { PlaceNotes } from './place-notes.ts'
import { fieldNames, SignNotes } from './sign-notes.ts'

/** Longer bodies are no sign-in. */
const LONGEST_FORM = 64 * 1024

export class Observer {
  readonly #site: string
  readonly #since: number
  readonly #cookies = new CookieNotes()
  readonly #places = new PlaceNotes()
  readonly #signs = new SignNotes()
  /** The fields of forms that are under way. */
  readonly #fields = new WeakMap<Passage, readonly string[]>()
  #requests = 0

  constructor(site: string, now: number) {
    this.#site = site
    this.#since = now
  }

  /** Notes a request. A form is read for the names of its fields, and forwarded as it came. */
  async request(passage: Passage): Promise<Form | null> {
    const { req, exchange } = passage
    const { address, userAgent } = exchange.client
    this.#requests++
    this.#cookies.request(req.headers.cookie, req.rawHeaders, `${address}\0${userAgent}`)
    const type = req.headers['content-type'] ?? ''
    if (!hasBody(req) || passage.method === 'GET' || !/x-www-form-urlencoded|json/i.test(type)) return null
    if (!(Number(req.headers['content-length'] ?? Number.NaN) <= LONGEST_FORM)) return null
    const { whole, body } = await readBody(req, LONGEST_FORM)
    if (whole !== null) this.#fields.set(passage, fieldNames(type, whole.toString('latin1')))
    return { login: null, name: unnamed('absent'), remember: false, body }
  }

  /** Notes an answer. */
  answer(passage: Passage, status: number, headers: readonly string[], setCookies: readonly string[]): void {
    const { req, method, target, now } = passage
    const cookies = setCookies.map((line) => parseSetCookie(line, now())).filter((cookie) => cookie !== null)
    for (const cookie of cookies) this.#cookies.answer(cookie, now())
    const asked = { method, path: target.path, query: target.query, cookies: req.headers.cookie !== undefined }
    this.#places.answer(asked, status, headers, setCookies.length > 0)
    const fields = this.#fields.get(passage) ?? []
    this.#signs.answer({ method, path: target.path, fields }, status, cookies, now())
  }

  observed(now: number): Observed {
    return {
      site: this.#site,
      since: new Date(this.#since).toISOString(),
      until: new Date(now).toISOString(),
      requests: this.#requests,
      cookies: this.#cookies.toObject(),
      places: this.#places.toObject(),
      signIns: this.#signs.signIns,
      signOuts: this.#signs.signOuts,
      leftOut: this.#cookies.leftOut + this.#places.leftOut,
    }
  }
}

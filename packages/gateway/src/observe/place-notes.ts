// Which paths could be public: what is asked for there, and what is answered.
//
// Paths are gathered by their first folder, and by their second, since a pattern of the configuration has its asterisk
// there. What stands behind those may be somebody's own, and is not kept.

import { createHmac, randomBytes } from 'node:crypto'
import { headerValue } from '../headers.ts'
import { type Mutable, Notes, type ObservedPlace } from './observed.ts'

const MAX_PLACES = 1000
const MAX_ADDRESSES = 5000
const LONGEST_SEGMENT = 64

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly cookies: boolean
}

export class PlaceNotes {
  readonly #key = randomBytes(32)
  readonly #notes = new Notes<Mutable<ObservedPlace>>(MAX_PLACES)
  /** How an address was answered with and without cookies. */
  readonly #answers = new Map<string, string>()

  get leftOut(): number {
    return this.#notes.leftOut
  }

  answer(asked: Asked, status: number, headers: readonly string[], setsCookies: boolean): void {
    // What leads elsewhere, or fails, says little of a place; what sets cookies does all the same.
    const isPage = status === 200 || status === 203 || status === 206 || status === 304
    if (!isPage && !setsCookies) return
    const compared = isPage ? this.#compare(asked, headers) : null
    const control = (headerValue(headers, 'cache-control') ?? '').toLowerCase()
    const vary = headerValue(headers, 'vary') ?? ''
    for (const place of placesOf(asked.path)) {
      const note = this.#notes.note(place, emptyNote)
      if (note === undefined) continue
      note.requests++
      if (!asked.cookies) note.anonymous++
      if (asked.method !== 'GET' && asked.method !== 'HEAD') note.unsafe++
      if (setsCookies) note.setsCookies++
      if (/\b(?:private|no-store)\b/.test(control) || /\bcookie\b|\*/i.test(vary)) note.personal++
      else if (/\bpublic\b|\bs-maxage\b/.test(control)) note.public++
      if (isAsset(headerValue(headers, 'content-type'), asked.path, status)) note.assets++
      if (compared === 'alike') note.alike++
      else if (compared === 'different') note.different++
    }
  }

  toObject(): Record<string, ObservedPlace> {
    return this.#notes.toObject((note) => ({ ...note }))
  }

  /** Whether one address is answered alike with and without cookies, as far as headers tell. */
  #compare({ method, path, query, cookies }: Asked, headers: readonly string[]): 'alike' | 'different' | null {
    if (method !== 'GET') return null
    const signs = ['etag', 'last-modified', 'content-length'].map((name) => headerValue(headers, name) ?? '').join('\0')
    if (signs === '\0\0') return null
    const address = createHmac('sha256', this.#key)
      .update(path + query)
      .digest('base64url')
    const [mine, others] = [cookies ? 'with' : 'without', cookies ? 'without' : 'with']
    const other = this.#answers.get(`${others} ${address}`)
    if (this.#answers.size >= MAX_ADDRESSES) this.#answers.delete(this.#answers.keys().next().value as string)
    this.#answers.set(`${mine} ${address}`, signs)
    if (other === undefined) return null
    return other === signs ? 'alike' : 'different'
  }
}

function emptyNote(): Mutable<ObservedPlace> {
  return {
    requests: 0,
    anonymous: 0,
    unsafe: 0,
    setsCookies: 0,
    personal: 0,
    public: 0,
    assets: 0,
    alike: 0,
    different: 0,
  }
}

/** @example placesOf('/a/b/c.png') // ['/a/*', '/a/b/*'] */
export function placesOf(path: string): string[] {
  const segments = path.slice(1).split('/')
  // An asterisk would be a pattern's, and a semicolon begins what differs from visitor to visitor.
  if (segments.slice(0, 2).some((segment) => segment.length > LONGEST_SEGMENT || /[*;]/.test(segment))) return []
  if (segments.length === 1) return [path]
  const places = [`/${segments[0]}/*`]
  if (segments.length > 2) places.push(`/${segments[0]}/${segments[1]}/*`)
  return places
}

function isAsset(type: string | undefined, path: string, status: number): boolean {
  if (type !== undefined) return /^\s*(?:image\/|font\/|text\/css|(?:text|application)\/javascript)/i.test(type)
  return status === 304 && /\.(?:css|js|mjs|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf)$/i.test(path)
}

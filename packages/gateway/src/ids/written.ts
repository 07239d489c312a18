// Takes the ids that an application writes out of what it wrote: out of one address (Location, Link), or out of a page as
// it streams by (G2).
//
// An id in a link is what `;jsessionid=…`, `?PHPSESSID=…` and `/(S(…))/` are, and a hidden field of that name is what PHP
// puts into forms. The first page that a visitor gets has them, because nobody knows yet whether he takes cookies. Where a
// name stands for something else (prose, a script), it has no value that an address ends behind, and stays.

import { beginningsOf, type IdNames, type Mark, marksOf, PARAMETER_SEPARATORS, PATH_SEPARATORS } from './marks.ts'

/** Longer values are no ids. Forms tickets in cookieless segments are the longest ones. */
const MAX_VALUE = 1024
const MAX_SEGMENT = 8192
const MAX_TAG = 4096
const MAX_IN_A_ROW = 8

const EQUALS = /=|%3d/iy
const JOINER = /&amp;|&#0?38;|&#x26;|&|%26/iy
const LONGEST_JOINER = '&#038;'.length
/** In ASP.NET 1.1, and on Mono, the id stands alone in the brackets. */
const SEGMENT = /(?:\/|%2f)\((?:(?:[A-Z]\([\w.~*-]*\))+|[a-z0-9]{24})\)/iy
const SEGMENT_SO_FAR = /^(?:\/|%2f)\([\w().~*-]*$/i
const TAG = /<input\b(?:[^<>"']|"[^"]*"|'[^']*')*>/iy

/** What a mark turned out to be: an id from where to where, no id, or more has to be read to know. */
type Find = { readonly from: number; readonly to: number } | 'none' | 'unknown'

export class WrittenIds {
  readonly #marks: readonly Mark[]
  readonly #beginnings: ReadonlySet<string>
  readonly #longest: number
  readonly #parameters: readonly string[]
  readonly #fields: ReadonlySet<string>

  constructor(names: IdNames) {
    this.#marks = marksOf(names)
    this.#beginnings = beginningsOf(this.#marks)
    this.#longest = Math.max(0, ...Array.from(this.#beginnings, (text) => text.length))
    this.#parameters = names.parameters
    this.#fields = new Set(names.parameters.map((name) => name.toLowerCase()))
  }

  get isEmpty(): boolean {
    return this.#marks.length === 0
  }

  /**
   * An address, or several, without ids.
   *
   * @example
   * new WrittenIds({ parameters: ['sid'], pathParameters: [], cookieless: false }).removedFrom('/a?sid=1&b=2') // '/a?b=2'
   */
  removedFrom(text: string): string {
    return this.take(text, true).out
  }

  /** A filter for one page. */
  filter(): PageFilter {
    return new PageFilter(this)
  }

  /**
   * What can be said of a page's next part.
   *
   * @internal
   * @param last - nothing comes behind it
   * @returns what may go out, what has to wait for more, and whether an id was taken out
   */
  take(text: string, last: boolean): { out: string; rest: string; found: boolean } {
    const next = this.#marks.map(({ text: mark }) => text.indexOf(mark))
    let out = ''
    let at = 0
    let found = false
    for (;;) {
      let nearest = -1
      for (let i = 0; i < next.length; i++) {
        const here = next[i] as number
        if (here !== -1 && (nearest === -1 || here < (next[nearest] as number))) nearest = i
      }
      if (nearest === -1) break
      const mark = this.#marks[nearest] as Mark
      const position = next[nearest] as number
      const find = position < at ? 'none' : this.#judge(mark, text, at, position, last)
      if (find === 'unknown') {
        const from = Math.max(at, position - LONGEST_JOINER)
        return { out: out + text.slice(at, from), rest: text.slice(from), found }
      }
      if (find === 'none') {
        next[nearest] = text.indexOf(mark.text, position + 1)
        continue
      }
      found = true
      out += text.slice(at, find.from)
      at = find.to
      for (let i = 0; i < next.length; i++) {
        if (next[i] !== -1 && (next[i] as number) < at) next[i] = text.indexOf(this.#marks[i]!.text, at)
      }
    }
    const end = last ? text.length : this.#settled(text, at)
    return {
      out: out === '' && at === 0 && end === text.length ? text : out + text.slice(at, end),
      rest: text.slice(end),
      found,
    }
  }

  /** As far as no mark begins at the end. */
  #settled(text: string, from: number): number {
    for (let i = Math.max(from, text.length - this.#longest); i < text.length; i++) {
      if (this.#beginnings.has(text.slice(i))) return i
    }
    return text.length
  }

  #judge(mark: Mark, text: string, at: number, position: number, last: boolean): Find {
    switch (mark.kind) {
      case 'parameter':
        return parameter(mark.text, this.#parameters, text, at, position, last)
      case 'path-parameter':
        return pathParameter(mark.text, text, at, position, last)
      case 'segment':
        return segment(text, position, last)
      case 'field':
        return this.#field(text, position, last)
    }
  }

  /** PHP writes `<input type="hidden" name="PHPSESSID" value="…" />` into forms. */
  #field(text: string, position: number, last: boolean): Find {
    TAG.lastIndex = position
    const tag = TAG.exec(text.length - position > MAX_TAG ? text.slice(0, position + MAX_TAG) : text)?.[0]
    if (tag === undefined) return last || text.length - position >= MAX_TAG ? 'none' : 'unknown'
    const name = attribute(tag, 'name')
    const isId = name !== null && this.#fields.has(name) && attribute(tag, 'type') === 'hidden'
    return isId ? { from: position, to: position + tag.length } : 'none'
  }
}

/** A page on its way: bytes in, bytes out, whatever the parts in which they come. */
export class PageFilter {
  readonly #ids: WrittenIds
  #waiting = ''
  /** Whether it has taken anything out. */
  found = false

  constructor(ids: WrittenIds) {
    this.#ids = ids
  }

  /** What may go out when this has come. */
  push(chunk: Buffer): Buffer {
    const came = this.#waiting + chunk.toString('latin1')
    const { out, rest, found } = this.#ids.take(came, false)
    const untouched = this.#waiting === '' && rest === '' && !found
    this.#waiting = rest
    this.found ||= found
    return untouched ? chunk : Buffer.from(out, 'latin1')
  }

  /** What waited for more. */
  end(): Buffer {
    const { out, found } = this.#ids.take(this.#waiting, true)
    this.#waiting = ''
    this.found ||= found
    return Buffer.from(out, 'latin1')
  }
}

function parameter(
  name: string,
  names: readonly string[],
  text: string,
  at: number,
  position: number,
  last: boolean,
): Find {
  const separator = separatorBefore(PARAMETER_SEPARATORS, text, at, position)
  if (separator === null) return 'none'
  const from = position - separator.length
  const first = valueEnd(text, position + name.length, last)
  if (typeof first !== 'number') return first
  let end = first
  // Behind an ampersand the id goes with it; behind a question mark the next parameter moves up.
  if (separator !== '?' && separator.toLowerCase() !== '%3f') return { from, to: end }
  for (let row = 1; ; row++) {
    if (!last && text.length - end < LONGEST_JOINER) return 'unknown'
    const joiner = match(JOINER, text, end)
    if (joiner === null) return { from, to: end }
    const next = end + joiner.length
    const other = names.find((each) => text.startsWith(each, next))
    if (other === undefined && !last && names.some((each) => each.startsWith(text.slice(next, next + each.length))))
      return 'unknown'
    const otherEnd = other === undefined || row === MAX_IN_A_ROW ? 'none' : valueEnd(text, next + other.length, last)
    if (otherEnd === 'unknown') return 'unknown'
    if (otherEnd === 'none') return { from: position, to: next }
    end = otherEnd
  }
}

function pathParameter(name: string, text: string, at: number, position: number, last: boolean): Find {
  const separator = separatorBefore(PATH_SEPARATORS, text, at, position)
  if (separator === null) return 'none'
  const end = valueEnd(text, position + name.length, last)
  return typeof end === 'number' ? { from: position - separator.length, to: end } : end
}

function segment(text: string, position: number, last: boolean): Find {
  const near = text.slice(position, position + MAX_SEGMENT)
  const found = match(SEGMENT, near, 0)
  if (found === null) return !last && near.length < MAX_SEGMENT && SEGMENT_SO_FAR.test(near) ? 'unknown' : 'none'
  const to = position + found.length
  const behind = text.slice(to, to + 3)
  if (!last && (behind === '' || (behind.startsWith('%') && behind.length < 3))) return 'unknown'
  return behind === '' || /^(?:[/"'\s>?&]|%2f)/i.test(behind) ? { from: position, to } : 'none'
}

/** Where the value behind a name ends. */
function valueEnd(text: string, from: number, last: boolean): number | 'none' | 'unknown' {
  const equals = match(EQUALS, text, from)
  if (equals === null) return last || !/^(?:%3?)?$/.test(text.slice(from, from + 3)) ? 'none' : 'unknown'
  const begin = from + equals.length
  let at = begin
  while (at < text.length && at - begin <= MAX_VALUE) {
    const code = text.charCodeAt(at)
    if (isOfValue(code) || (code === EQUALS_SIGN && at > begin)) at++
    else if (code !== PERCENT) break
    else if (at + 3 > text.length && !last) return 'unknown'
    else if (/^%(?!26|3f|3b|2f|23)[0-9a-f]{2}$/i.test(text.slice(at, at + 3))) at += 3
    else break
  }
  if (at === begin || at - begin > MAX_VALUE) return !last && at === text.length && at === begin ? 'unknown' : 'none'
  if (at === text.length) return last ? at : 'unknown'
  // A call or a look-up: a script, and no address.
  return '([{'.includes(text[at] as string) ? 'none' : at
}

const EQUALS_SIGN = 0x3d
const PERCENT = 0x25

/** Letters, digits and `._~!*,:@$+-`. */
function isOfValue(code: number): boolean {
  return OF_VALUE[code] === 1
}

const OF_VALUE = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~!*,:@$+-')
  OF_VALUE[character.charCodeAt(0)] = 1

function separatorBefore(separators: readonly string[], text: string, at: number, position: number): string | null {
  const found = separators.find((separator) => text.endsWith(separator, position) && position - separator.length >= at)
  return found === undefined ? null : found
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`[\\s"'/]${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag)
  const value = found?.[1] ?? found?.[2] ?? found?.[3]
  return value === undefined ? null : value.trim().toLowerCase()
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

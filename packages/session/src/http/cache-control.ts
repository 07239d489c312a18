// Reads a Cache-Control field of any bytes (RFC 9111 §5.2) into the directives that a personal answer may keep, and
// the rest.
//
// Every doubt is settled towards less storing, because caches settle it in all ways. A directive whose argument cannot
// be read is not understood. Of several max-age the smallest counts (RFC 9111 §4.2.1 would allow the first). A
// *qualified* no-cache or no-store (`no-cache="set-cookie"`) is read as the plain one, as RFC 9111 §5.2.2.4 says that
// many caches do; a qualified private is not read as private, because Apache was seen to store such an answer.

import { nextUnquoted, skipSpace, trimSpace } from './scan.ts'

export interface Directives {
  noStore: boolean
  /** The plain form alone. */
  private: boolean
  noCache: boolean
  mustRevalidate: boolean
  noTransform: boolean
  immutable: boolean
  /** Seconds. */
  maxAge: number | undefined
  /** What is not on the list, as it was written; qualified forms too, since their qualification is lost. */
  readonly others: string[]
}

const COMMA = 44
/** RFC 9111 §1.2.2: greater numbers of seconds count as this one. */
const LONGEST = 2 ** 31

/**
 * @param field - all lines, joined by commas
 * @example
 * readCacheControl('public, max-age=60').others // ['public']
 */
export function readCacheControl(field: string): Directives {
  const directives: Directives = {
    noStore: false,
    private: false,
    noCache: false,
    mustRevalidate: false,
    noTransform: false,
    immutable: false,
    maxAge: undefined,
    others: [],
  }
  for (let start = 0; start < field.length; ) {
    const comma = nextUnquoted(field, COMMA, start, field.length)
    const from = skipSpace(field, start, comma)
    const directive = field.slice(from, trimSpace(field, from, comma))
    if (directive !== '') readDirective(directive, directives)
    start = comma + 1
  }
  return directives
}

/**
 * Whether no cache can miss that `field` says a plain private or no-store: it stands before the first quotation mark,
 * behind which parsers disagree about where a directive ends.
 *
 * @example
 * saysPrivate('private="set-cookie", max-age=60') // false
 */
export function saysPrivate(field: string): boolean {
  const quote = field.indexOf('"')
  const to = quote === -1 ? field.length : field.lastIndexOf(',', quote)
  for (let start = 0; start < to; ) {
    const comma = nextUnquoted(field, COMMA, start, to)
    const from = skipSpace(field, start, comma)
    const directive = field.slice(from, trimSpace(field, from, comma)).toLowerCase()
    if (directive === 'private' || directive === 'no-store') return true
    start = comma + 1
  }
  return false
}

function readDirective(directive: string, into: Directives): void {
  const equals = directive.indexOf('=')
  const plain = equals === -1
  let known = plain
  switch ((plain ? directive : directive.slice(0, equals)).toLowerCase()) {
    case 'no-store':
      into.noStore = true
      break
    case 'no-cache':
      into.noCache = true
      break
    case 'private':
      into.private ||= plain
      break
    case 'must-revalidate':
      into.mustRevalidate ||= plain
      break
    case 'no-transform':
      into.noTransform ||= plain
      break
    case 'immutable':
      into.immutable ||= plain
      break
    case 'max-age':
      known = !plain && readMaxAge(directive, equals + 1, into)
      break
    default:
      known = false
  }
  if (!known) into.others.push(directive)
}

/** Whether the argument is one or more digits (RFC 9111 §1.2.2), the token form that §5.2.2.1 demands. */
function readMaxAge(directive: string, from: number, into: Directives): boolean {
  if (from === directive.length) return false
  let seconds = 0
  for (let at = from; at < directive.length; at++) {
    const digit = directive.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return false
    seconds = Math.min(seconds * 10 + digit, LONGEST)
  }
  into.maxAge = Math.min(seconds, into.maxAge ?? LONGEST)
  return true
}

// Path patterns: what is public, where people sign in and out.
//
//     /favicon.ico      this path
//     /images/*         everything below /images/, at any depth, and /images/ itself; not /images
//     /app-*            everything that begins so
//     /u/*/avatar       exactly one segment in the middle
//     /**/check         below any folder, or none: for a preset's own rules, and no file can say it
//
// An asterisk stands at the end, for any rest, or is a whole segment, for one that is not empty. No suffix patterns
// (`/*.png`): an application that ignores what comes after its own path (PATH_INFO of ASP.NET, PHP and CGI) answers
// /account.aspx/x.png with the account, and a rule by suffix would treat that as a picture ("web cache deception",
// Gil 2017). No query either: a rule that a visitor can turn off by adding `?` is none.
//
// A pattern is kept in one form (RFC 3986 §6.2.2): unreserved characters plain, all else as upper-case escapes.

import { comparable, inOneSpelling, withoutDots } from '../../reading/escapes.ts'
import { type Refused, refused } from './refused.ts'

export function parsePathPattern(text: string): string | Refused {
  if (/^[a-z]+:\/\//i.test(text)) {
    return refused('is a URL', `write the path alone: ${URL.parse(text)?.pathname ?? '/images/*'}`)
  }
  if (!text.startsWith('/')) return refused('does not begin with "/"', `write /${text}`)
  if (/[?#]/.test(text)) {
    return refused('has a query or a fragment', `write the path alone: ${text.replace(/[?#].*$/s, '')}`)
  }
  if (text.includes('\\')) return refused('has a backslash', `write ${text.replaceAll('\\', '/')}`)
  if (/[\s\p{Cc}]/u.test(text) || !text.isWellFormed()) {
    return refused('has a space or a control character', 'write it as an escape: %20 for a space')
  }
  if (/%(?![0-9a-f]{2})|%00/i.test(text)) return refused('has a broken escape', 'write a "%" of the path as %25')
  const pattern = canonical(text)
  const segments = pattern.slice(1).split('/')
  if (segments.some((segment) => segment === '.' || segment === '..')) {
    return refused('has a dot segment, and browsers send none', `write ${withoutDots(pattern)}`)
  }
  if (segments.slice(0, -1).includes('')) {
    return refused('has an empty segment', `write ${pattern.replace(/\/{2,}/g, '/')}`)
  }
  const misplaced = segments.some((segment, index) => {
    const inner = index === segments.length - 1 ? segment.slice(0, -1) : segment === '*' ? '' : segment
    return inner.includes('*')
  })
  if (misplaced) {
    return refused(
      'has "*" inside a segment',
      'put it at the end (/images/*) or let it be a whole segment (/u/*/avatar); there are no patterns by suffix, ' +
        'because many applications answer /account.aspx/x.png with the account',
    )
  }
  return pattern
}

/**
 * The pattern as a regular expression on a path in its comparable form (`reading/escapes.ts`), without its query.
 *
 * @example compilePathPattern('/images/*').test('/images/a/b.png') // true
 */
export function compilePathPattern(pattern: string, { ignoreCase = false } = {}): RegExp {
  return new RegExp(`^${patternSource(pattern, ignoreCase)}${pattern.endsWith('*') ? '' : '$'}`, ignoreCase ? 'i' : '')
}

/** The source of that expression, without its ends. */
export function patternSource(pattern: string, foldCase: boolean): string {
  return (pattern.endsWith('*') ? pattern.slice(0, -1) : pattern)
    .split('/')
    .map((segment) => {
      if (segment === '*') return '[^/]+'
      return segment === '**' ? segment : comparable(segment, foldCase).replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')
    })
    .join('/')
    .replaceAll('/**/', '/(?:.*/)?')
}

function canonical(text: string): string {
  return inOneSpelling(text.replace(/[^\0-\x7f]+/g, (run) => encodeURIComponent(run)))
}

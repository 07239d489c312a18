// What servers do to a path on the way to the page that it names: one function a habit, each from a path in one spelling
// (`escapes.ts`) to the path that such a server goes on with. Dot segments are removed afterwards.
//
// No expression here looks twice at what it passed: a long path must cost no more than its length.

import { inOneSpelling, spelt } from './escapes.ts'

/** Null instead of the path where there is nothing to do. */
export type Step = (path: string) => string | null

/** Decoded once more than it was escaped, as by two servers in a row: `%252F` is `%2F`. */
export const decodedAgain: Step = (path) =>
  path.includes('%25') ? inOneSpelling(path.replace(/%(?:25)+(?=[0-9A-Fa-f]{2})/g, '%')) : null

/**
 * ASCII in disguise: UTF-8 that is longer than it need be (CVE-2000-0884 in IIS, CVE-2008-2938 in Tomcat), full-width
 * letters and look-alikes of the separators, which Windows "best fits" to ASCII.
 */
export const bestFit: Step = (path) =>
  /%(?:C[0125]|E[02]|F0|EF%B)/.test(path) ? path.replace(DISGUISED, (escapes) => spelt(undisguised(escapes))) : null

const DISGUISED =
  /%C[01]%[89AB][0-9A-F]|%E0%8[01]%[89AB][0-9A-F]|%F0%80%8[01]%[89AB][0-9A-F]|%EF%BC%[89AB][0-9A-F]|%EF%BD%(?:8[0-9A-F]|9[0-9A-E])|%C2%A5|%E2%82%A9|%E2%8[18]%(?:84|95|96)/g

function undisguised(escapes: string): number {
  const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex')
  const last = bytes.at(-1)! & 0x3f
  if (escapes === '%C2%A5' || escapes === '%E2%82%A9') return 0x5c // ¥ and ₩ are the backslash of their code pages
  if (bytes[0] === 0xe2) return escapes.endsWith('96') ? 0x5c : 0x2f // U+2044 ⁄, U+2215 ∕, U+2216 ∖
  if (bytes[0] !== 0xef) return ((bytes.at(-2)! & 0x01) << 6) | last
  return (((bytes[1]! & 0x3f) << 6) | last) - 0xee0 // U+FF01 is !
}

/** Slashes and backslashes, escaped or not, part segments. */
export const separators: Step = (path) => (/%2F|%5C|\\/.test(path) ? path.replace(/%2F|%5C|\\/g, '/') : null)

export const backslashes: Step = (path) => (path.includes('\\') ? path.replaceAll('\\', '/') : null)

/** An escaped semicolon is one. */
export const semicolons: Step = (path) => (path.includes('%3B') ? path.replaceAll('%3B', ';') : null)

/** Path parameters, as servlets cut them off: `..;` is `..`. */
export const parameters: Step = (path) => (path.includes(';') ? path.replace(/;[^/]*/g, '') : null)

/** The same but for dot segments, which no browser sends and whoever stands in front may read otherwise. */
export const parametersOfNames: Step = (path) =>
  path.includes(';') ? path.replace(/(\/\.{1,2})?;[^/]*/g, (found, dots?: string) => (dots ? found : '')) : null

/** For Fastify 4 a semicolon begins the query. */
export const cutAtSemicolon: Step = (path) => (path.includes(';') ? path.slice(0, path.indexOf(';')) || '/' : null)

/** What an escaped `?`, `#` or NUL cuts off, where a path is put together with others and read again (CVE-2024-38474). */
export const cutAtQuery: Step = (path) => (/%(?:3F|23|00)/.test(path) ? path.replace(/%(?:3F|23|00).*$/, '') : null)

/** Parameters on dot segments, for what may stand behind a server that knows none: a servlet container, often. */
export const parametersOfDots: Step = (path) =>
  /\/\.{1,2}(?:;|%3B)/.test(path) ? path.replace(/(\/\.{1,2})(?:;|%3B)[^/]*/g, '$1') : null

/** White space at the end, which the `$` of a rule passes over (CVE-2017-15715) and programs trim. */
export const trimmed: Step = (path) =>
  /%(?:20|09|0[ABCD])$/.test(path) ? path.replace(/(?<!%(?:20|09|0[ABCD]))(?:%(?:20|09|0[ABCD]))+$/, '') : null

export const merged: Step = (path) => (path.includes('//') ? path.replace(/\/{2,}/g, '/') : null)

/** Windows drops spaces at the end of a name, those behind dots too: `..%20` is `..`. */
export const spacesOfWindows: Step = (path) =>
  path.includes('%20') ? path.replace(/(?<!%20)(?:%20)+(?=\/|$)/g, '') : null

/** Windows drops dots and spaces at the end of a name; of a name of three dots nothing is left. */
export const dotsOfWindows: Step = (path) =>
  /(?:\.|%20)(?:\/|$)/.test(path)
    ? path.replace(/(?<!\.|%20)(?:\.|%20)+(?=\/|$)/g, (end, at: number) =>
        path[at - 1] === '/' && (end === '.' || end === '..') ? end : '',
      )
    : null

/** NTFS' names of what is in a file or folder: `::$DATA` (CVE-1999-0278), `:$i30:$INDEX_ALLOCATION`. */
export const streams: Step = (path) =>
  /(?::|%3A)(?:\$|%24)/.test(path) ? path.replace(/(?::|%3A)[^/:%]*(?::|%3A)?(?:\$|%24)[^/]*/g, '') : null

/** ASP.NET's sessions without cookies: `/(S(…))/` is no part of the path (CVE-2023-36899). */
export const cookieless: Step = (path) =>
  /\((?:[A-Za-z](?:\(|%28))|%28[A-Za-z]/.test(path)
    ? path.replace(/\/(?:\(|%28)(?:[A-Za-z](?:\(|%28)[^()/%]*(?:\)|%29))+(?:\)|%29)(?=\/|$)/g, '') || '/'
    : null

/**
 * When a shared cache keeps an answer, and for how long: RFC 9111 §3 and §4.2, as Apache's mod_cache reads them. Three
 * things there make F2: Set-Cookie does not hinder storing (RFC 9111 §7.3), it is stored with the rest and replayed, and
 * `private="…"` or `no-store="…"` with a field name is not taken for the plain word.
 */
import { type Header, header, headerLines } from './http.ts'

type Answer = { status: number; headers: Header[] }

const STORABLE = new Set([200, 203, 300, 301, 308, 404, 410])

/** Seconds that the answer may be reused, or 0. */
export function storableFor(method: string, request: Header[], answer: Answer): number {
  if (method !== 'GET' || !STORABLE.has(answer.status)) return 0
  const asked = directives(headerLines({ headers: request }, 'cache-control'))
  const said = directives(headerLines(answer, 'cache-control'))
  if (asked.has('no-store') || said.get('no-store') === '' || said.get('private') === '') return 0
  if (said.get('no-cache') === '' || header(answer, 'vary')?.includes('*')) return 0
  const mayShare = said.has('public') || said.has('s-maxage') || said.has('must-revalidate')
  if (header({ headers: request }, 'authorization') !== undefined && !mayShare) return 0
  return lifetime(answer, said)
}

function lifetime(answer: Answer, said: Map<string, string>): number {
  const age = said.get('s-maxage') ?? said.get('max-age')
  if (age !== undefined) return Number(age) || 0
  const date = Date.parse(header(answer, 'date') ?? '') || Date.now()
  const expires = header(answer, 'expires')
  if (expires !== undefined) return Math.max(0, (Date.parse(expires) - date) / 1000 || 0)
  // Apache's CacheLastModifiedFactor: a tenth of the time since it was last changed, a day at most.
  const modified = Date.parse(header(answer, 'last-modified') ?? '')
  // CacheDefaultExpire, an hour: for what can at least be asked after.
  if (Number.isNaN(modified)) return header(answer, 'etag') === undefined ? 0 : 3600
  return Math.min(Math.max(0, (date - modified) / 10_000), 24 * 3600)
}

/** Whether an answer that was stored for one request fits another one (RFC 9111 §4.1). */
export function variesAway(answer: Answer, storedFor: Header[], request: Header[]): boolean {
  const names = headerLines(answer, 'vary').flatMap((line) => line.toLowerCase().split(/\s*,\s*/))
  const value = (headers: Header[], name: string) => headerLines({ headers }, name).join(', ')
  return names.some((name) => value(storedFor, name) !== value(request, name))
}

export function directives(lines: string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', quoted, plain] of lines.join(',').matchAll(/([\w-]+)(?:="([^"]*)"|=([^,\s]*))?/g)) {
    found.set(name.toLowerCase(), quoted ?? plain ?? '')
  }
  return found
}

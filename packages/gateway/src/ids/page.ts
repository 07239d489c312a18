// Which answers are searched for ids, and what becomes of their headers (G2).
//
// An application writes its id into links where it does not know whether the visitor takes cookies: in answers to requests
// that did not bring its session cookie. The vault brings it with every request but the first ones, so that all later pages
// pass untouched, compressed as they are. For those first ones the application is asked not to compress, if pages may
// come of them (a site that names no session cookie is asked always).

import { headerValue } from '../headers.ts'
import type { Passage } from '../passage.ts'
import { Refusal } from '../refusal.ts'
import type { PageFilter } from './written.ts'

/** Whether what comes of this request may be a page with ids in it. */
export function mayWriteIds({ site, req }: Passage, cookies: string | null): boolean {
  if (site.ids.inPages === null) return false
  const dest = req.headers['sec-fetch-dest'] as string | undefined
  if (dest !== undefined && SUBRESOURCES.has(dest)) return false
  return !site.site.sessionCookies.some((pattern) => cookies !== null && hasCookie(cookies, pattern))
}

/** Of what browsers load for these, nobody follows a link. */
const SUBRESOURCES = new Set(['image', 'style', 'script', 'font', 'audio', 'video', 'track', 'manifest'])

/** @param pattern - a name, of which the end may be open: where one begins, so does what is looked for */
function hasCookie(header: string, pattern: string): boolean {
  const begins = pattern.endsWith('*') ? pattern.slice(0, -1) : `${pattern}=`
  return header.startsWith(begins) || header.includes(`; ${begins}`)
}

/** Asks for a page that can be read. */
export function askForText(headers: string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const lower = (headers[i] as string).toLowerCase()
    if (UNREADABLE.has(lower)) headers.splice(i, 2)
  }
  headers.push('Accept-Encoding', 'identity')
}

const UNREADABLE = new Set(['accept-encoding', 'available-dictionary'])

/**
 * The filter for an answer; null where it is no page. Its headers are changed to what it will be.
 *
 * @throws Refusal 502 where the application compressed what it was asked to send as it is; 416 where a part was asked for,
 *   which may begin or end inside an id
 */
export function pageFilter({ site }: Passage, status: number, headers: string[]): PageFilter | null {
  const { inPages } = site.ids
  if (inPages === null || status === 304 || !isPage(headerValue(headers, 'content-type'))) return null
  const coding = headerValue(headers, 'content-encoding')
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    throw new Refusal(502, 'The application compresses a page that has to be read', 'Let it heed Accept-Encoding.')
  }
  if (status === 206) throw new Refusal(416, 'This page is not served in parts', 'Ask for the whole of it.')
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const lower = (headers[i] as string).toLowerCase()
    if (OF_THE_BYTES.has(lower)) headers.splice(i, 2)
    else if (lower === 'etag' && !(headers[i + 1] as string).startsWith('W/')) headers[i + 1] = `W/${headers[i + 1]}`
  }
  return inPages.filter()
}

/** What is said of bytes that will be others (RFC 9110 §14.3, RFC 9530). */
const OF_THE_BYTES = new Set([
  'content-length',
  'accept-ranges',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
])

/** Without a type a browser looks for itself, and may see a page. Of several it may take any. */
function isPage(type: string | undefined): boolean {
  return type === undefined || /(?:^|,)\s*(?:text\/html|application\/xhtml\+xml)\s*(?:;|,|$)/i.test(type)
}

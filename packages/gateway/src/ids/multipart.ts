// A part of a multipart form can carry a session id as a field does: PHP takes it from there. Taking it out would change the
// length of what may be an upload of gigabytes; no honest form has one, since hidden fields of that name are taken out of
// pages. So such a form is refused, before the part that names the id has gone on.
//
// Servers disagree about where parts begin (two boundaries, quoted or not), so boundaries are not looked at: wherever
// a Content-Disposition header may stand, at the beginning of any line, its name is read, as the more lenient servers do.

import type { Sent } from '../form/body.ts'
import { hasSeveralTypes } from '../form/media-type.ts'
import { Refusal } from '../refusal.ts'
import type { ParameterNames } from './parameters.ts'

const HEADER = 'content-disposition'
/** A longer header is refused: what is not read to its end cannot be judged. */
const MAX_HEADER = 8 * 1024
/** How many such headers may stand in the folded lines of one: each is read to the end of all. */
const MAX_FOLDED = 8

/**
 * The body of a multipart form, part by part as it comes; what is not yet judged waits.
 *
 * @throws Refusal 400 where a part has the name of an id
 */
export async function* withoutIdParts(
  body: AsyncIterable<Buffer> | readonly Buffer[],
  names: ParameterNames,
): AsyncGenerator<Buffer> {
  let waiting: Buffer | null = null
  let beginsLine = true
  for await (const chunk of body) {
    const came: Buffer = waiting === null ? chunk : Buffer.concat([waiting, chunk])
    const judged = judgedParts(came, names, false, beginsLine)
    waiting = judged === came.length ? null : came.subarray(judged)
    if (judged === 0) continue
    const passed = came.subarray(0, judged)
    beginsLine = isLineBegin(passed, judged, beginsLine)
    yield passed
  }
  if (waiting !== null) {
    judgedParts(waiting, names, true, beginsLine)
    yield waiting
  }
}

/**
 * How many bytes may go on: all, or those before a header whose end has not come yet.
 *
 * @param last - nothing comes behind them
 * @param beginsLine - whether a line begins with them
 * @throws Refusal 400 where a part has the name of an id
 */
export function judgedParts(bytes: Buffer, names: ParameterNames, last: boolean, beginsLine: boolean): number {
  const text = bytes.toString('latin1')
  const lower = text.toLowerCase()
  let judgedTo = 0
  let folded = 0
  for (let at = lower.indexOf(HEADER); at !== -1; at = lower.indexOf(HEADER, at + HEADER.length)) {
    if (!isLineBegin(bytes, at, beginsLine)) continue
    folded = at < judgedTo ? folded + 1 : 0
    if (folded > MAX_FOLDED) throw refused()
    const end = headerEnd(text, at)
    if (end === -1 && !last) {
      if (text.length - at > MAX_HEADER) throw refused()
      return at
    }
    const header = end === -1 ? text.slice(at) : text.slice(at, end)
    if (header.length > MAX_HEADER || namesAnId(header.slice(HEADER.length), names)) throw refused()
    judgedTo = at + header.length
  }
  return last ? text.length : text.length - begun(lower)
}

/** Whether nothing but space and control characters stands before it on its line. */
function isLineBegin(bytes: Buffer, at: number, first: boolean): boolean {
  for (let before = at - 1; before >= 0; before--) {
    const code = bytes[before] as number
    if (code === 0x0a || code === 0x0d) return true
    if (code > 0x20) return false
  }
  return first
}

/** A line that begins with space goes on with the one before it. -1 where that is not known yet. */
function headerEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x0a && code !== 0x0d) continue
    const next = code === 0x0d && text[at + 1] === '\n' ? at + 2 : at + 1
    if (next >= text.length) return -1
    if (text[next] !== ' ' && text[next] !== '\t') return at
    at = next
  }
  return -1
}

/** How much of a header's name stands at the end. */
function begun(lower: string): number {
  for (let length = Math.min(HEADER.length - 1, lower.length); length > 0; length--) {
    if (lower.endsWith(HEADER.slice(0, length))) return length
  }
  return 0
}

/** Every name that a reader may find: quoted in either way, bare, in several spellings, the later of two (RFC 7578 §4.2). */
function namesAnId(header: string, names: ParameterNames): boolean {
  for (const [, extended, double, single, bare] of header.matchAll(NAME)) {
    const value = (double ?? single ?? bare ?? '').replace(/\\(.)/gs, '$1').replace(/[\r\n\t]/g, '')
    if (names.includes(value) || names.includes(percentDecoded(value))) return true
    // RFC 5987: charset'language'value
    if (extended !== undefined && names.includes(percentDecoded(value.replace(/^[^']*'[^']*'/, '')))) return true
  }
  return false
}

const NAME = /name(\*(?:\d+\*?)?)?\s*=\s*(?:"((?:\\.|[^"\\])*)"?|'([^';]*)'(?=\s*(?:;|$))|([^;"\r\n]*))/gis

function percentDecoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function refused(): Refusal {
  return new Refusal(400, 'This form cannot be taken', 'One of its fields has the name of a session id.')
}

/**
 * What another reader may take for a form must not pass for anything else here (G1, G2).
 *
 * @throws Refusal 400 for several types, 415 for a compressed form
 */
export function assertReadableForm({ rawHeaders, headers }: Sent): void {
  if (hasSeveralTypes(rawHeaders))
    throw new Refusal(400, 'This request cannot be read in one way', 'It has several content types.')
  const isForm = /^(?:multipart\/|application\/x-www-form-urlencoded)/i.test(headers['content-type'] ?? '')
  if (isForm && !/^(?:|identity)$/i.test(headers['content-encoding'] ?? '')) {
    throw new Refusal(415, 'This form is compressed', 'Send it as it is.')
  }
}

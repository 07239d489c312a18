// One variant, sent through the gateway, and what came of it as the gateway, the client and the server behind saw it.

import { channel } from 'node:diagnostics_channel'
import type { TestContext } from 'node:test'
import { Conversation, type RawAnswer } from './conversation.ts'
import { PLACE, placed, type Variant } from './variant.ts'

/**
 * All that the gateway sent to an origin, as it stood on the wire: `GET /path`.
 *
 * @param heads - takes the whole heads
 */
export function forwardedTo(t: TestContext, port: number, heads: string[] = []): readonly string[] {
  const sent: string[] = []
  const hear = (message: unknown) => {
    const { request, headers } = message as { request: { origin: string }; headers: string }
    if (!request.origin.endsWith(`:${port}`)) return
    heads.push(headers)
    sent.push(headers.slice(0, headers.indexOf(' HTTP/1.1\r\n')))
  }
  const heard = channel('undici:client:sendHeaders')
  heard.subscribe(hear)
  t.after(() => heard.unsubscribe(hear))
  return sent
}

/** Milliseconds: a busy machine may take its time. */
const PATIENCE = 15_000

/** The place of the variant of this number. */
export const placeOf = (number: number): string => `/v${String(number).padStart(PLACE.length - 2, '0')}`

/**
 * Sends a variant, and behind it, on the same connection and on another, a harmless request.
 *
 * @param patience - milliseconds for each answer
 * @returns what went otherwise than expected; empty where nothing did
 */
export async function attempt(
  port: number,
  number: number,
  [, bytes, expected]: Variant,
  patience = PATIENCE,
): Promise<string[]> {
  const place = placeOf(number)
  const outer = expected.map((one) => methodOf(one, bytes))
  const problems: string[] = []
  const conversation = new Conversation(port)
  try {
    conversation.say(placed(bytes, place))
    const wanted = expected.filter((one) => one !== 'nothing' && !one.startsWith('broken ')).length
    // What is broken or gets nothing ends with the connection.
    const toTheEnd = wanted < expected.length ? Number.POSITIVE_INFINITY : wanted
    const { answers } = await conversation.answers(toTheEnd, outer, patience)
    const seen = answers.map((answer) => described(answer, place))
    if (
      !isAsExpected(
        seen,
        expected.map((one) => one.replaceAll(PLACE, '')),
      )
    )
      problems.push(`got ${JSON.stringify(seen)} for ${JSON.stringify(expected)}`)
    if (!conversation.closed) {
      conversation.say(
        `GET ${place}/after HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nConnection: close\r\n\r\n`,
      )
      const all = await conversation.answers(answers.length + 1, [...outer, 'GET'], patience)
      const after = all.answers.slice(answers.length).map((answer) => described(answer, place))
      if (after.join() !== 'GET /after' && !(after.length === 0 && conversation.closed))
        problems.push(`behind it on its connection: ${JSON.stringify(after)}`)
    }
  } catch (error) {
    problems.push(String(error))
  } finally {
    conversation.end()
  }
  problems.push(...(await otherClient(port, place, patience)))
  return problems
}

/** A harmless request of somebody else, on a connection of his own: it gets its own answer. */
export async function otherClient(port: number, place: string, patience = PATIENCE): Promise<string[]> {
  const other = new Conversation(port)
  try {
    other.say(`GET ${place}/other HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: none\r\nConnection: close\r\n\r\n`)
    const { answers, rest } = await other.answers(1, ['GET'], patience)
    const seen = answers.map((answer) => described(answer, place))
    return seen.join() === 'GET /other' && rest === '' ? [] : [`to somebody else: ${JSON.stringify(seen)} ${rest}`]
  } catch (error) {
    return [`to somebody else: ${error}`]
  } finally {
    other.end()
  }
}

function methodOf(expected: string, bytes: string): string {
  return /^\d|^nothing/.test(expected) ? (bytes.split(' ')[0] ?? '') : expected.replace('broken ', '').split(' ')[0]!
}

/** An answer of the application by what it read, one of the gateway by its status. */
export function described({ status, headers }: RawAnswer, place: string): string {
  const seen = headers.get('x-seen')
  if (seen === undefined) return String(status)
  const body = decodeURIComponent(headers.get('x-body') ?? '')
  return `${seen}${body === '' ? '' : ` ${body}`}`.replaceAll(place, '')
}

/** In order, and nothing else; after what is broken off nothing need come. */
function isAsExpected(seen: readonly string[], expected: readonly string[]): boolean {
  let at = 0
  for (const one of expected) {
    if (one === 'nothing') continue
    if (one.startsWith('broken ')) {
      // Refused or answered, in whatever way, but not with an answer to something else.
      const next = seen[at]
      if (next !== undefined && (/^[45]\d\d$/.test(next) || next.startsWith(one.slice('broken '.length)))) at++
    } else if (seen[at] === one) at++
    else return false
  }
  return at === seen.length
}

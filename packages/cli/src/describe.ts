// What the gateway reports, as one line a person can read; null for what is ordinary.

import { stripVTControlCharacters } from 'node:util'
import type { GatewayEvent } from '@coatcheck/gateway'

export function describe(event: GatewayEvent): string | null {
  const line = sentence(event)
  return line === null ? null : stripVTControlCharacters(line).replace(/[\0-\x1f\x7f]/g, ' ')
}

function sentence(event: GatewayEvent): string | null {
  switch (event.type) {
    case 'cookie-refused':
      return `${event.site}: cookie ${event.cookie} refused: ${event.reason}`
    case 'cookie-evicted':
      return `${event.site}: vault full, oldest cookies removed: ${event.cookies.join(', ')}`
    case 'cookies-dropped':
      return `${event.site}: ${event.path}: cookies dropped (${DROPPED[event.why]}): ${event.cookies.join(', ')}`
    case 'report-not-written':
      return `the report cannot be written to ${event.file}: ${event.cause instanceof Error ? event.cause.message : event.cause}`
    case 'leftover-deleted':
      return `${event.site}: cookies from before the gateway deleted from a browser: ${event.cookies.join(', ')}`
    case 'adoption-window':
      return event.open
        ? `${event.site}: INSECURE until ${event.until.toISOString()}: cookies from before the gateway are taken over`
        : `${event.site}: the time of insecureAdopt was over at ${event.until.toISOString()}: remove the key`
    case 'cookies-adopted':
      return `${event.site}: cookies from before the gateway taken over into session ${event.id}: ${event.cookies.join(', ')}`
    case 'adoption-replayed':
      return `${event.site}: REPLAY of cookies that were taken over already, from ${event.address}: ${event.cookies.join(', ')}`
    case 'answer-withheld':
      return `${event.site}: ${event.path}: answer withheld, its session ended meanwhile`
    case 'sign-in-unnamed':
      return `${event.site}: ${event.path}: sign-in refused ${event.forwarded ? 'after the application granted it' : 'before it was forwarded'}: ${UNNAMED[event.why]}`
    case 'ids-removed':
      return (
        `${event.site}: ${event.path}: session ids were taken out of ${event.where === 'page' ? 'links' : event.where}; ` +
        'turn URL rewriting off in the application'
      )
    case 'websocket-ended':
      return `${event.site}: ${event.path}: WebSocket ended: ${WEBSOCKET_ENDED[event.why]}`
    case 'certificate-renewed':
      return `${event.file} was read again, and serves until ${event.until.toISOString()}`
    case 'certificate-kept':
      return `${event.file} changed and cannot be used, so the old one goes on: it ${event.why}`
    case 'configuration-reloaded':
      return `${event.file ?? 'the configuration'} was read again, and serves from now on: ${changed(event)}`
    case 'configuration-kept':
      return `${event.file ?? 'the configuration'} cannot be used, so the one before goes on: ${event.problems.join(' | ')}`
    case 'worker-died':
      return `worker ${event.worker} is gone: ${event.why}; another one is started ${event.pause === 0 ? 'now' : `in ${event.pause / 1000} s`}`
    case 'caching-removed':
      return null
    case 'callback-refused':
      return `${event.site}: ${event.path}: a form from another site was not taken: ${CALLBACK[event.why]}`
    case 'refused':
      return `${event.status}: ${event.title}${event.cause instanceof Error ? ` (${event.cause.message})` : ''}`
    case 'session':
      return sessionSentence(event.site, event.event)
  }
}

function changed({ added, removed, changed, settings }: Extract<GatewayEvent, { type: 'configuration-reloaded' }>) {
  const parts = Object.entries({ 'sites added': added, 'sites removed': removed, 'sites changed': changed, settings })
  const told = parts.filter(([, names]) => names.length > 0).map(([what, names]) => `${what}: ${names.join(', ')}`)
  return told.length === 0 ? 'nothing changed' : told.join('; ')
}

const UNNAMED = {
  absent:
    'the field of login.user.field was not in the form (a second step needs a rule with user: { remembered: true })',
  empty: 'the field of login.user.field was empty',
  'too-long': 'the body is over 64 KiB, and the name is looked for in shorter ones alone',
  'content-type': 'the body is no form and no JSON (if that is no sign-in, narrow the path of the login rule)',
  'content-encoding': 'the body is compressed',
  charset: 'the charset of the body is neither UTF-8 nor Latin-1',
  malformed: 'the body is not what its Content-Type says',
  ambiguous: 'the request names two users, in its body or in the address',
  improper: 'the name has a control character, is over 512 characters, or is no text',
  'not-remembered': 'no first step of the last ten minutes named anybody (see login.continues)',
}

const DROPPED = {
  public: 'the path is public',
  'cross-site': 'the request came from another site',
  'plain-http': 'the request came over plain http',
  'signed-out': 'the session was signed out',
  late: 'the token had ended a moment before',
  'too-many': 'too many sessions of its address wait for their cookie to come back',
  websocket: 'the answer to a WebSocket handshake brings none',
}

const WEBSOCKET_ENDED = {
  session: 'its session is over',
  silence: 'what was sent was not read',
  closing: 'the gateway stops',
}

const CALLBACK = {
  'too-long': 'it is too long',
  full: 'too many are under way',
  over: 'it was sent on already, or too long ago',
  'not-a-visit': 'no page was asked for',
}

function sessionSentence(site: string, event: Extract<GatewayEvent, { type: 'session' }>['event']): string | null {
  switch (event.type) {
    case 'signed-in':
      return `${site}: ${event.user} signed in (session ${event.id})`
    case 'ended':
      return `${site}: session ${event.id}${event.user === null ? '' : ` of ${event.user}`} ended: ${event.reason}`
    case 'ended-all':
      return `${site}: all ${event.count} sessions of ${event.user} ended`
    case 'replay':
      return `${site}: REPLAY of a token of session ${event.id}, which was ${event.reason}, from ${event.address}`
    case 'exposed':
      return `${site}: a token arrived over plain http from ${event.address}${event.id === null ? '' : `; session ${event.id} is ended`}`
    case 'duplicate-cookie':
      return `${site}: ${event.count} session cookies in one request from ${event.address}; none was used`
    case 'cross-origin':
      return `${site}: request refused, it came from ${event.origin ?? 'another origin'} (session ${event.id})`
    case 'store-error':
      return `${site}: the store failed to ${event.doing}: ${event.error instanceof Error ? event.error.message : event.error}`
    default:
      return null
  }
}

// What happened, as the fields of a log line: a stable `event` and what belongs to it. Nothing in a line opens anything.

import type { GatewayEvent } from '@coatcheck/gateway'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export const LEVELS: readonly Level[] = ['debug', 'info', 'warn', 'error']

type Kind = Exclude<GatewayEvent['type'], 'session'>
type SessionKind = Extract<GatewayEvent, { type: 'session' }>['event']['type']

const LEVEL: Readonly<Record<Kind, Level>> = {
  'adoption-replayed': 'warn',
  'adoption-window': 'warn',
  'answer-withheld': 'info',
  'caching-removed': 'debug',
  'callback-refused': 'warn',
  'certificate-kept': 'error',
  'certificate-renewed': 'info',
  'configuration-kept': 'error',
  'configuration-reloaded': 'info',
  'cookie-evicted': 'warn',
  'cookie-refused': 'warn',
  'cookies-adopted': 'info',
  'cookies-dropped': 'info',
  'ids-removed': 'warn',
  'leftover-deleted': 'info',
  refused: 'warn',
  'report-not-written': 'error',
  'sign-in-unnamed': 'warn',
  'websocket-ended': 'info',
  'worker-died': 'error',
}

const SESSION_LEVEL: Readonly<Record<SessionKind, Level>> = {
  'caching-removed': 'debug',
  created: 'debug',
  'cross-origin': 'warn',
  'duplicate-cookie': 'warn',
  ended: 'info',
  'ended-all': 'info',
  expired: 'debug',
  exposed: 'warn',
  late: 'debug',
  renewed: 'debug',
  replay: 'warn',
  rotated: 'debug',
  'signed-in': 'info',
  'store-error': 'error',
}

export function levelOf(event: GatewayEvent): Level {
  if (event.type === 'session') return SESSION_LEVEL[event.event.type]
  return event.type === 'refused' && event.status >= 500 ? 'error' : LEVEL[event.type]
}

/** `event` is the event's name; for those of the engine `session-signed-in`, `session-ended` and so on. */
export function fieldsOf(event: GatewayEvent): Record<string, unknown> {
  if (event.type !== 'session') {
    const { type, ...rest } = event
    return { event: type, ...plain(rest) }
  }
  const { type, ...rest } = event.event
  return { event: `session-${type}`, site: event.site, ...plain(rest) }
}

/** As JSON says it, a session's public id named for what it is, and nothing in it that looks like a token. */
function plain(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (key === 'cause' || key === 'error') return ['error', value === undefined ? undefined : errorOf(value)]
      return [key === 'id' ? 'session' : key, safe(value)]
    }),
  )
}

function safe(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value)
  return Array.isArray(value) ? value.map(safe) : value
}

function errorOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: withoutSecrets(String(error)) }
  const { name, message, code } = error as NodeJS.ErrnoException
  return { name, ...(code === undefined ? {} : { code }), message: withoutSecrets(message) }
}

/**
 * No event carries a token or a query. Should one stand in a path, a cookie's name or another program's message, it is not
 * written down: what has the length and the letters of our token, and what follows a question mark.
 */
export function withoutSecrets(text: string): string {
  return text.replace(/(?<![\w-])[\w-]{43}(?![\w-])/g, '[session token]').replace(/\?[\w%][^\s"'`)]*/g, '?…')
}

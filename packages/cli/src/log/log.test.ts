// Every event as a line that programs can rely on, and nothing in a line that opens anything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayEvent } from '@coatcheck/gateway'
import { fieldsOf, levelOf } from './fields.ts'
import { DEFAULT_LOG, type LogOptions, openLog } from './log.ts'
import type { Output } from './output.ts'

const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE'
const HOSTILE = `${TOKEN} \u001b[2J\r\nforged line`
const id = 'v1_-public-session-id' as never

/** One of each, with a token, a query and control characters wherever a stranger's text can stand. */
const EVENTS: readonly GatewayEvent[] = [
  { type: 'worker-died', worker: 1, why: HOSTILE, pause: 0 },
  { type: 'sign-in-unnamed', site: 'shop', path: `/in/${HOSTILE}`, why: 'absent', forwarded: true },
  { type: 'cookie-refused', site: 'shop', cookie: HOSTILE, reason: HOSTILE },
  { type: 'cookie-evicted', site: 'shop', cookies: ['a', HOSTILE] },
  { type: 'cookies-dropped', site: 'shop', path: `/${HOSTILE}`, why: 'public', cookies: [HOSTILE] },
  { type: 'leftover-deleted', site: 'shop', path: `/${HOSTILE}`, cookies: [HOSTILE] },
  { type: 'adoption-window', site: 'shop', until: new Date(0), open: true },
  { type: 'cookies-adopted', site: 'shop', id, cookies: [HOSTILE] },
  { type: 'adoption-replayed', site: 'shop', path: `/${HOSTILE}`, cookies: [HOSTILE], address: '192.0.2.1' },
  { type: 'report-not-written', file: 'x.json', cause: new Error(HOSTILE) },
  { type: 'answer-withheld', site: 'shop', path: `/${HOSTILE}` },
  { type: 'websocket-ended', site: 'shop', path: `/${HOSTILE}`, why: 'session' },
  { type: 'caching-removed', site: 'shop', path: `/${HOSTILE}`, directives: [HOSTILE] },
  { type: 'ids-removed', site: 'shop', path: `/${HOSTILE}`, where: 'page' },
  { type: 'certificate-renewed', file: 'cert.pem', until: new Date(0) },
  { type: 'certificate-kept', file: 'cert.pem', why: HOSTILE },
  { type: 'configuration-reloaded', file: 'x.yaml', added: ['a'], removed: [], changed: ['b'], settings: ['listen'] },
  { type: 'configuration-kept', file: 'x.yaml', problems: ['x.yaml:3:1: listen is wrong; mend it', HOSTILE] },
  { type: 'callback-refused', site: 'shop', path: `/${HOSTILE}`, why: 'full' },
  { type: 'refused', status: 503, title: 'No', cause: new Error(`GET /a?ticket=secret ${HOSTILE}`) },
  { type: 'refused', status: 400, title: 'No', cause: `/a?ticket=secret ${HOSTILE}` },
  ...(
    [
      { type: 'created', id },
      { type: 'signed-in', id, user: 'alice' },
      { type: 'rotated', id },
      { type: 'renewed', id },
      { type: 'ended', id, reason: 'signed-out', user: 'alice' },
      { type: 'ended-all', user: 'alice', except: null, count: 2 },
      { type: 'late', id, reason: 'signed-out' },
      { type: 'replay', id, reason: 'signed-out', address: '192.0.2.1' },
      { type: 'expired', id, reason: 'idle' },
      { type: 'exposed', id, address: '192.0.2.1' },
      { type: 'duplicate-cookie', count: 2, address: '192.0.2.1' },
      { type: 'cross-origin', id, origin: HOSTILE },
      { type: 'caching-removed', directives: [HOSTILE] },
      { type: 'store-error', doing: 'sweep', error: new Error(`/x?ticket=secret ${HOSTILE}`) },
    ] as const
  ).map((event) => ({ type: 'session', site: 'shop', event }) as const),
]

function logged(options: Partial<LogOptions>, events = EVENTS): string[] {
  const lines: string[] = []
  const output: Output = { write: (line) => void lines.push(line), flush: async () => {} }
  const log = openLog({ ...DEFAULT_LOG, ...options }, output)
  for (const event of events) log.event(event)
  return lines
}

for (const format of ['text', 'json'] as const) {
  test(`no line of ${format} holds a token or a query, and each event is one line, whatever strangers wrote`, () => {
    const lines = logged({ format, level: 'debug' })
    assert.equal(lines.length, EVENTS.length)
    for (const line of lines) {
      assert.ok(!line.includes(TOKEN), line)
      assert.doesNotMatch(line, /ticket|secret/)
      assert.match(line, /^[^\p{Cc}]*\n$/u)
    }
  })
}

test('a JSON line has a level, a time, the event by a stable name, its fields and a sentence', () => {
  const [line] = logged({ format: 'json' }, [
    { type: 'session', site: 'shop', event: { type: 'signed-in', id, user: 'alice' } },
  ])
  const { time, pid, ...rest } = JSON.parse(line as string)
  assert.match(time, /^\d{4}-\d\d-\d\dT/)
  assert.equal(pid, process.pid)
  assert.deepEqual(rest, {
    level: 'info',
    event: 'session-signed-in',
    site: 'shop',
    session: id,
    user: 'alice',
    msg: `shop: alice signed in (session ${id})`,
  })
})

test('every event has a name of its own, and those of the engine begin with session-', () => {
  const names = new Set(EVENTS.map((event) => fieldsOf(event).event))
  assert.equal(names.size, EVENTS.length - 1) // `refused` stands twice
  assert.ok(names.has('session-replay') && names.has('configuration-kept'))
})

test('what is less than the level is left out, in both formats', () => {
  for (const format of ['text', 'json'] as const) {
    const errors = EVENTS.filter((event) => levelOf(event) === 'error')
    assert.equal(logged({ format, level: 'error' }).length, errors.length)
    assert.equal(
      logged({ format, level: 'info' }).some((line) => line.includes('session-created')),
      false,
    )
  }
})

test('requests are told where that is asked for, and else the gateway is given nothing to tell them to', () => {
  const output: Output = { write: (line) => void lines.push(line), flush: async () => {} }
  const lines: string[] = []
  assert.equal(openLog(DEFAULT_LOG, output).access, undefined)
  const access = {
    site: 'shop',
    method: 'GET',
    path: `/${TOKEN}/${'x'.repeat(5000)}`,
    status: 200,
    duration: 1.5,
    bytes: 10,
    complete: true,
    session: id,
    address: '192.0.2.1',
  }
  openLog({ ...DEFAULT_LOG, access: true, format: 'json' }, output).access?.(access)
  openLog({ ...DEFAULT_LOG, access: true }, output).access?.({ ...access, status: null, complete: false })
  const { event, status, session, bytes, duration, address } = JSON.parse(lines[0] as string)
  assert.deepEqual(
    { event, status, session, bytes, duration, address },
    {
      ...{ event: 'request', status: 200, session: id },
      ...{ bytes: 10, duration: 1.5, address: '192.0.2.1' },
    },
  )
  for (const line of lines) {
    assert.ok(!line.includes(TOKEN))
    assert.ok(Buffer.byteLength(line) <= 4096, 'a pipe takes it in one piece')
  }
  assert.match(lines[1] as string, /shop: GET .+ - 1\.5 ms 10 bytes, broken off, session /)
})

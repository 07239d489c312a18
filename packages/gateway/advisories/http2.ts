// HTTP/2, field by field: names in small letters, as every client writes them, values and pseudo headers as they are.

import type { TestContext } from 'node:test'
import { openRawHttp2, type RawHttp2 } from '../src/testing/http2-raw.ts'
import type { Way } from './attack.ts'

export const overHttp2: Way = {
  name: 'HTTP/2',
  secure: true,
  send: async (t, port, { method = 'GET', target, host = 'localhost', headers = [] }) => {
    const { ask } = await connection(t, port)
    const named = headers.map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    const answer = await ask([
      [':method', method],
      [':scheme', 'https'],
      [':path', target],
      ...(named.some(([name]) => name === 'host') ? [] : [[':authority', host] as const]),
      ...(named.some(([name]) => name === 'sec-fetch-site') ? [] : [['sec-fetch-site', 'same-origin'] as const]),
      ...named.filter(([name]) => name !== 'connection'), // HTTP/2 has none; `raw-http2.test.ts` sends one
    ])
    const lines = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const)
    // A stream that is reset says by that what 400 says.
    const status = answer.status === 0 && answer.code !== 0 ? 400 : answer.status
    return { status, headers: new Map(lines), body: answer.body }
  },
}

const open = new WeakMap<TestContext, RawHttp2>()

/** One for a test, until something that it said ends it. */
async function connection(t: TestContext, port: number): Promise<RawHttp2> {
  const known = open.get(t)
  if (known !== undefined && !known.session.closed && !known.session.destroyed) return known
  const fresh = await openRawHttp2(t, port)
  open.set(t, fresh)
  return fresh
}

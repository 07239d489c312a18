// No request of HTTP/2 becomes two on its way to an application that speaks HTTP/1.1, or another one than it was.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCountingServer } from '../../../../test/servers/counting-servers.ts'
import { startTestGateway } from '../../src/testing/gateway.ts'
import type { Http2Answer } from '../../src/testing/http2.ts'
import { openRawHttp2, type RawHttp2 } from '../../src/testing/http2-raw.ts'
import { forwardedTo } from './attempt.ts'
import { differences } from './counting.ts'
import { fieldVariants } from './fields.ts'

const HARMLESS = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/after'],
  [':authority', 'localhost'],
  ['sec-fetch-site', 'none'],
] as const

/** All that may stand in a head that goes up. */
const ORDINARY =
  /^[A-Z]+ \/[!-~]* HTTP\/1\.1\r\n(?:(?:host|connection|sec-fetch-site|x-forwarded-(?:for|proto|host)|content-length|transfer[-_]encoding): [!-~ ]*\r\n)+(?:\r\n)?$/i

test('G1: no request of HTTP/2 is counted as two, or as another, by what speaks HTTP/1.1', async (t) => {
  const server = await startCountingServer('node', process.execPath)
  t.after(() => server.close())
  const heads: string[] = []
  const forwarded = forwardedTo(t, server.port, heads)
  const gateway = await startTestGateway(t, server.port, { https: true, options: { timeouts: { body: 1500 } } })
  const problems: string[] = []
  let client = await openRawHttp2(t, gateway.httpsPort)
  for (const { sentence, fields, parts, read } of fieldVariants) {
    const before = forwarded.length
    const seen = described(await client.ask(fields, ...parts))
    if (seen !== read) problems.push(`${sentence}: ${JSON.stringify(seen)} for ${JSON.stringify(read)}`)
    const sent = forwarded.slice(before)
    // A length that turns out to be a lie is one when the head has been sent: then it is cut off.
    const expected = read === null ? /^((POST|GET) \/a)?$/ : new RegExp(`^${read.split(' ').slice(0, 2).join(' ')}$`)
    if (!expected.test(sent.join())) problems.push(`${sentence}: forwarded ${JSON.stringify(sent)}`)
    client = await usable(client)
    const after = described(await client.ask(HARMLESS))
    if (after !== 'GET /after') problems.push(`${sentence}: behind it ${JSON.stringify(after)}`)
  }
  await gateway.gateway.close()
  problems.push(...differences(forwarded, await server.counted(), new Set(['POST /a', 'GET /a'])))
  problems.push(...heads.filter((head) => !ORDINARY.test(head)).map((head) => `sent ${JSON.stringify(head)}`))
  t.diagnostic(`${fieldVariants.length} variants, ${forwarded.length} requests forwarded`)
  assert.deepEqual(problems, [])

  async function usable(open: RawHttp2): Promise<RawHttp2> {
    return open.session.closed || open.session.destroyed ? openRawHttp2(t, gateway.httpsPort) : open
  }
})

/** What the application read; null where it was not asked, or not heard. */
function described({ headers }: Http2Answer): string | null {
  const seen = headers['x-seen']
  if (seen === undefined) return null
  const body = decodeURIComponent(String(headers['x-body'] ?? ''))
  return `${seen}${body === '' ? '' : ` ${body}`}`
}

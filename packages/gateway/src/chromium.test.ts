// What a page in Chromium opens and keeps open, through the gateway, on http://localhost and over HTTP/2 on https.

import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../../../attacks/lib/chromium.ts'
import { requireServers } from '../../../test/servers/servers.ts'
import { startTestGateway } from './testing/gateway.ts'
import { SIGN_IN, SIGN_OUT } from './testing/members.ts'
import { handshakeAnswer, startSocketApplication } from './testing/websocket.ts'

const { skip, paths } = await requireServers('chromium')

/** Opens an event stream and a WebSocket, and notes what becomes of them. */
const PAGE = `<!doctype html><title>page</title><script>
const seen = { protocol: performance.getEntriesByType('navigation')[0].nextHopProtocol, cookies: document.cookie }
const socket = new WebSocket(location.origin.replace('http', 'ws') + '/socket')
socket.onopen = () => socket.send('hello')
socket.onmessage = ({ data }) => { seen.echo = data }
socket.onclose = ({ code, reason }) => { seen.closed = code + ' ' + reason; seen.closedAt = performance.now() }
const events = new EventSource('/events')
events.onmessage = ({ data }) => { seen.event = data }
events.onerror = () => { seen.broken ??= performance.now() }
</script>`

/** Unmasks one short text frame and sends it back. */
function echo(chunk: Buffer): Buffer {
  const length = chunk[1]! & 0x7f
  const text = Buffer.from(chunk.subarray(6, 6 + length).map((byte, i) => byte ^ chunk[2 + (i % 4)]!))
  return Buffer.concat([Buffer.from([0x81, length]), text])
}

describe('in Chromium', { skip, timeout: 60_000 }, () => {
  let chromium: Browser
  let home: string

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'chromium-'))
    chromium = await launchChromium(paths.chromium, home)
  })

  after(async () => {
    await chromium.close()
    await rm(home, { recursive: true, force: true })
  })

  for (const scheme of ['http', 'https'] as const) {
    test(`G6: sign-out ends a page’s WebSocket and event stream, on ${scheme}`, async (t) => {
      const app = await startSocketApplication(
        t,
        (socket, req) => {
          socket.write(handshakeAnswer(req))
          socket.once('data', (chunk: Buffer) => socket.write(echo(chunk)))
        },
        {
          '/page': (res: ServerResponse) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(PAGE),
          '/events': (res: ServerResponse) =>
            res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n'),
        },
      )
      const gateway = await startTestGateway(t, app.port, {
        site: `${SIGN_IN}, ${SIGN_OUT}`,
        https: true,
      })
      const origin = scheme === 'http' ? `http://localhost:${gateway.port}` : `https://localhost:${gateway.httpsPort}`
      const context = await chromium.newContext({ ignoreHTTPSErrors: true })
      t.after(() => context.close())
      const page = await context.newPage()
      await page.goto(`${origin}/page`)
      await page.evaluate(() => fetch('/login', { method: 'POST', body: new URLSearchParams({ user: 'alice' }) }))
      await page.goto(`${origin}/page`)
      await page.waitForFunction('seen.echo && seen.event')
      const seen = (await page.evaluate('seen')) as Record<string, string>
      assert.deepEqual([seen.echo, seen.event, seen.cookies], ['hello', 'first', ''])
      assert.equal(seen.protocol, scheme === 'http' ? 'http/1.1' : 'h2')
      assert.equal(app.arrived.at(-1)?.headers.cookie, 'auth=alice')

      const answered = await page.evaluate(() => fetch('/logout').then(() => performance.now()))
      await page.waitForFunction('seen.closed && seen.broken')
      const after = (await page.evaluate('seen')) as Record<string, string & number>
      assert.equal(after.closed, '1008 session ended')
      t.diagnostic(
        `in the page: WebSocket closed ${(after.closedAt! - answered).toFixed(1)} ms, event stream broken ` +
          `${(after.broken! - answered).toFixed(1)} ms after the answer to the sign-out`,
      )
      assert.ok(after.closedAt! - answered < 1000)
      assert.deepEqual(gateway.heardOfSessions('exposed'), [])
    })
  }
})

// Would a smuggled request be noticed? A forwarder that makes the old mistakes is: it takes a GET for one without a body,
// knows no chunks, and hands answers out in the order in which requests went up.

import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { startCountingServer } from '../../../../test/servers/counting-servers.ts'
import { attempt } from './attempt.ts'
import { readAnswers } from './conversation.ts'
import { differences } from './counting.ts'
import { get, request, SMUGGLED, type Variant } from './variant.ts'

const smuggling: readonly Variant[] = [
  [
    'a GET with a body',
    request('GET /a', [`Content-Length: ${SMUGGLED.length}`], SMUGGLED + get('/b')),
    [`GET /a ${SMUGGLED}`, 'GET /b'],
  ],
  [
    'chunks that hold a request',
    request(
      'POST /a',
      ['Transfer-Encoding: chunked'],
      `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n${get('/b')}`,
    ),
    [`POST /a ${SMUGGLED}`, 'GET /b'],
  ],
]

for (const variant of smuggling) {
  test(`control: a careless forwarder is found out by ${variant[0]}`, async (t) => {
    const server = await startCountingServer('node', process.execPath)
    t.after(() => server.close())
    const { port, forwarded } = await startCareless(t, server.port)
    const problems = await attempt(port, 1, variant, 500)
    assert.ok(
      problems.some((problem) => problem.startsWith('to somebody else')),
      'somebody else gets the wrong answer',
    )
    assert.notDeepEqual(differences(forwarded, await server.counted()), [], 'and the counts differ')
  })
}

async function startCareless(t: TestContext, upstream: number): Promise<{ port: number; forwarded: string[] }> {
  const forwarded: string[] = []
  const waiting: Socket[] = []
  let answered = ''
  const up = connect(upstream, '127.0.0.1').on('error', () => {})
  up.on('data', (chunk) => {
    answered += chunk.toString('latin1')
    const { answers, rest } = readAnswers(answered, [], false)
    const whole = answered.slice(0, answered.length - rest.length)
    for (const part of whole.split(/(?=HTTP\/1\.1 )/).slice(0, answers.length)) waiting.shift()?.write(part, 'latin1')
    answered = rest
  })
  const server = createServer((socket) => {
    let unread = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1')
      for (let end = unread.indexOf('\r\n\r\n'); end !== -1; end = unread.indexOf('\r\n\r\n')) {
        const head = unread.slice(0, end + 4)
        unread = unread.slice(end + 4)
        forwarded.push(head.slice(0, head.indexOf(' HTTP/')))
        waiting.push(socket)
        up.write(head.replace('Connection: close\r\n', ''), 'latin1')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    up.destroy()
    for (const socket of waiting) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, forwarded }
}

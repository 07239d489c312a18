// TLS with several workers: who comes again need not shake hands anew because he comes to another one.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { certify } from '../../../gateway/src/config/certificates-for-tests.ts'
import { type Served, serve, startApplication } from '../testing/several.ts'

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

test('TLS sessions are resumed at whichever worker, also when the certificate was renewed; HTTP/2 is served', async (t) => {
  const prepare = (folder: string) => certify(folder, 'shop', ['localhost'])
  const file = 'tls: { cert: shop.cert.pem, key: shop.key.pem }'
  const served = await serve(t, await startApplication(t), { file, prepare, listen: 'https://localhost:0' })
  for (const version of VERSIONS) assert.deepEqual(await resumed(served, version), [true, true, true, true])
  prepare(served.folder)
  served.child.kill('SIGHUP')
  await served.says(/serves from now on/)
  for (const version of VERSIONS) assert.deepEqual(await resumed(served, version), [true, true, true, true])

  const client = connectHttp2(`https://localhost:${served.port}`, { rejectUnauthorized: false })
  t.after(() => client.destroy())
  const [headers] = await once(client.request({ ':path': '/' }).resume(), 'response')
  assert.equal(headers[':status'], 200)
})

/** Whether four connections, which go round, resume the session of one before them. */
async function resumed({ port }: Served, maxVersion: (typeof VERSIONS)[number]): Promise<boolean[]> {
  const options = { host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false, maxVersion }
  const visit = async (session?: Buffer): Promise<{ reused: boolean; ticket: Buffer | null }> => {
    const socket = connect({ ...options, ...(session && { session }) })
    let ticket: Buffer | null = null
    socket.on('session', (given) => (ticket = given)) // TLS 1.3 gives it behind the handshake
    await once(socket, 'secureConnect')
    const reused = socket.isSessionReused()
    socket.write(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`)
    await once(socket, 'data')
    socket.destroy()
    return { reused, ticket }
  }
  const { ticket } = await visit()
  assert.ok(ticket)
  const again: boolean[] = []
  for (let i = 0; i < 4; i++) again.push((await visit(ticket)).reused)
  return again
}

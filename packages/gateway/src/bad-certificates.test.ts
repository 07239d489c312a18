// An application behind https that is not the one that it should be: nothing goes to it, and whoever can mend it learns how.

import assert from 'node:assert/strict'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { after, type TestContext, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls'
import { createCertificate, type Validity } from '../../../attacks/lib/certificate.ts'
import { startSocketServer } from './testing/application.ts'
import { startTestGateway, type TestGateway } from './testing/gateway.ts'
import { getRaw } from './testing/wire.ts'

const DAY = 24 * 3600 * 1000
const usual = getCACertificates('default')
const trusted: string[] = []
after(() => setDefaultCACertificates(usual))

/** A certificate that this process trusts, as it would one of a known authority. Each has a first name of its own. */
function known(hosts: string[], validity?: Validity) {
  const certificate = createCertificate([`${trusted.length}.example.test`, ...hosts], validity)
  trusted.push(certificate.cert)
  setDefaultCACertificates([...usual, ...trusted])
  return certificate
}

interface Seen {
  readonly version: string
  readonly servername: unknown
}

/** Starts an application on TLS, and notes what it is asked. */
async function startSecure(t: TestContext, tls: object, http2 = false): Promise<{ port: number; seen: Seen[] }> {
  const seen: Seen[] = []
  const answer: RequestListener = (req, res) => {
    seen.push({ version: req.httpVersion, servername: (req.socket as TLSSocket).servername })
    res.end('good')
  }
  const server = http2
    ? createSecureServer({ ...tls, allowHTTP1: true }, answer as never)
    : createHttpsServer(tls, answer)
  server.on('tlsClientError', () => {})
  return { port: await listening(t, server), seen }
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return (server.address() as AddressInfo).port
}

function startGateway(t: TestContext, upstream: string): Promise<TestGateway> {
  return startTestGateway(t, 0, { sites: `sites: [{ upstream: '${upstream}' }]` })
}

function causeTold(gateway: TestGateway): string {
  return String(gateway.heard('refused')[0]?.cause)
}

test('an application with a proper certificate is asked, by its own name and by HTTP/1.1', async (t) => {
  for (const http2 of [false, true]) {
    const { port, seen } = await startSecure(t, known(['localhost']), http2)
    const gateway = await startGateway(t, `https://localhost:${port}`)
    for (const host of ['shop.localhost', 'other.localhost', 'localhost']) {
      const answer = await gateway.browser(host).visit('/')
      assert.deepEqual([answer.status, answer.body], [200, 'good'])
    }
    assert.deepEqual(seen, Array(3).fill({ version: '1.1', servername: 'localhost' }))
  }
})

test('an application that is known by its address alone is asked without a name', async (t) => {
  const { port, seen } = await startSecure(t, known(['shop.example.test']))
  const gateway = await startGateway(t, `https://127.0.0.1:${port}`)
  assert.equal((await gateway.browser('shop.localhost').visit('/')).body, 'good')
  assert.deepEqual(seen, [{ version: '1.1', servername: false }])
})

const faults: [sentence: string, certificate: () => object, remedy: RegExp][] = [
  ['that has expired', () => known(['localhost'], { to: Date.now() - DAY / 2 }), /has expired: renew it/],
  ['that is not valid yet', () => known(['localhost'], { from: Date.now() + DAY }), /compare the clocks/],
  ['for another name', () => known(['other.example.test']), /for another name: write in upstream a name/],
  ['that it made itself', () => createCertificate(['localhost']), /authority .* does not know: .*NODE_EXTRA_CA_CERTS/],
]

for (const [sentence, certificate, remedy] of faults) {
  test(`CVE-2026-107318: an application with a certificate ${sentence}: 502, and the remedy is told`, async (t) => {
    const { port, seen } = await startSecure(t, certificate())
    const gateway = await startGateway(t, `https://localhost:${port}`)
    const answer = await gateway.browser().visit('/')
    assert.equal(answer.status, 502)
    assert.match(answer.body, /cannot be reached safely/)
    assert.doesNotMatch(answer.body, /expired|NODE_EXTRA|example\.test/, 'which is no visitor’s concern')
    assert.deepEqual(seen, [])
    assert.match(causeTold(gateway), remedy)
  })
}

test('CVE-2026-107318: no variable of the environment lets another application be asked', async (t) => {
  const { port, seen } = await startSecure(t, createCertificate(['localhost']))
  const gateway = await startGateway(t, `https://localhost:${port}`)
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED)
  assert.equal((await gateway.browser().visit('/')).status, 502)
  assert.deepEqual(seen, [])
})

test('CVE-2026-107318: the visitor does not choose the name that the application has to prove', async (t) => {
  const { port, seen } = await startSecure(t, known(['evil.localhost']))
  const gateway = await startGateway(t, `https://localhost:${port}`)
  const answer = await getRaw(gateway.port, '/', 'Sec-Fetch-Site: none\r\n')
  assert.equal(answer.status, 502)
  assert.equal((await gateway.browser('evil.localhost').visit('/')).status, 502)
  assert.deepEqual(seen, [])
})

test('an application that speaks no TLS where it should: 502, and the remedy is told', async (t) => {
  const port = await listening(
    t,
    createHttpServer((_req, res) => void res.end('good')),
  )
  const gateway = await startGateway(t, `https://localhost:${port}`)
  assert.equal((await gateway.browser().visit('/')).status, 502)
  assert.match(causeTold(gateway), /write http:\/\/ in upstream/)
})

test('an application that speaks TLS where it should not: 502, and where it says so the remedy is told', async (t) => {
  const { port } = await startSecure(t, createCertificate(['localhost'])) // closes without a word
  const silent = await startGateway(t, `http://localhost:${port}`)
  assert.equal((await silent.browser().visit('/')).status, 502)
  const alert = Buffer.from('15030100020246', 'hex')
  const telling = await startTestGateway(t, await startSocketServer(t, (socket) => socket.end(alert)))
  assert.equal((await telling.browser().visit('/')).status, 502)
  assert.match(causeTold(telling), /write https:\/\/ in upstream/)
})

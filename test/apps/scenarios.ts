/** A running product as the attackers' programs meet it: by itself, and behind coatcheck. */
import { request } from 'node:http'
import { createServer } from 'node:https'
import { pipeline } from 'node:stream'
import type { Attack } from '../../attacks/attack.ts'
import { createCertificate } from '../../attacks/lib/certificate.ts'
import type { Running, Scenario } from '../../attacks/scenario.ts'
import { behindCoatcheck } from '../../attacks/scenarios/behind-coatcheck.ts'
import type { Product, StartedProduct } from './product.ts'

const HOST = 'shop.example.test'

export function directly(product: Product, started: StartedProduct): Scenario {
  return {
    name: product.name,
    expect: 'succeeded',
    ...(product.inapplicable ? { notApplicable: product.inapplicable } : {}),
    start: (attack) => startDirect(product, started, attack),
  }
}

export function protectedBy(product: Product, started: StartedProduct): Scenario {
  return {
    name: `${product.name} behind coatcheck`,
    head: 'behind coatcheck',
    expect: 'failed',
    ...(product.inapplicable ? { notApplicable: product.inapplicable } : {}),
    start: async (attack) => {
      const site = await startDirect(product, started, { ...attack, needs: [] })
      const { preset, login, logout, idParameters, lifetime } = product
      const said = { login, logout, idParameters, lifetime }
      const rules = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      return behindCoatcheck(site, { preset, ...rules }, attack)
    },
  }
}

/** Where an attack needs two doors, the second is one that ends TLS, hands on what comes, and says so: as nginx does. */
async function startDirect({ places }: Product, started: StartedProduct, attack: Attack): Promise<Running> {
  const { port } = new URL(started.url)
  const address = '127.0.0.1'
  const target = { ...places, address, url: started.url, ...(started.stores ? { stores: started.stores } : {}) }
  if (!attack.needs.includes('doors')) return { ...target, close: async () => {} }
  const tls = await startTlsDoor(Number(port))
  const https = `https://${HOST}:${tls.port}`
  return { ...target, url: https, doors: { http: `http://${HOST}:${port}`, https }, close: tls.close }
}

async function startTlsDoor(port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer(createCertificate([HOST]), (req, res) => {
    const headers = [...req.rawHeaders, 'X-Forwarded-Proto', 'https']
    const to = { host: '127.0.0.1', port, method: req.method, path: req.url }
    const onward = request({ ...to, headers, setHost: false, agent: false })
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode!, answer.rawHeaders)
      pipeline(answer, res, () => {})
    })
    onward.on('error', ({ message }) => (res.headersSent ? res.destroy() : res.writeHead(502).end(message)))
    req.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

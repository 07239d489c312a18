/** A running product as the attackers' programs meet it: by itself, and behind coatcheck. */
import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
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
      return behindCoatcheck(site, { preset: product.preset }, attack)
    },
  }
}

/** Where an attack needs two doors, the second is one that ends TLS and hands on what comes, as stunnel does. */
async function startDirect({ places }: Product, started: StartedProduct, attack: Attack): Promise<Running> {
  const { port } = new URL(started.url)
  const address = '127.0.0.1'
  const target = { ...places, address, url: started.url, ...(started.stores ? { stores: started.stores } : {}) }
  if (!attack.needs.includes('doors')) return { ...target, close: async () => {} }
  const tls = await startTlsDoor(Number(port))
  const https = `https://${HOST}:${tls.port}`
  return { ...target, url: https, doors: { http: `http://${HOST}:${port}`, https }, close: tls.close }
}

async function startTlsDoor(to: number): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer(createCertificate([HOST]), (client) => {
    const product = connect(to, '127.0.0.1')
    for (const socket of [client, product]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => {})
    }
    client.pipe(product).pipe(client)
    client.on('close', () => product.destroy())
    product.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

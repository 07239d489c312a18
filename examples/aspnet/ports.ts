import { createServer, type Server } from 'node:net'

/** A free port for every 0; all are held until the last is found, so that no two are the same. */
export async function freePorts(host: string, wanted: number[]): Promise<number[]> {
  const held: Server[] = []
  try {
    const ports: number[] = []
    for (const port of wanted) {
      if (port !== 0) {
        ports.push(port)
        continue
      }
      const server = createServer()
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(0, host, () => resolve())
      })
      held.push(server)
      ports.push((server.address() as { port: number }).port)
    }
    return ports
  } finally {
    for (const server of held) await new Promise((resolve) => server.close(resolve))
  }
}

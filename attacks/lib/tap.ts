/** A passive tap: a relay on the way to a port, which keeps every byte that goes by. Q274149's "network trace". */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Pair } from './jar.ts'

export type Tap = {
  port: number
  /** Everything seen so far. */
  text(): string
  /** Every Cookie header seen, and every cookie that was set, as an attacker would send them himself. */
  cookies(): Pair[][]
  close(): Promise<void>
}

export async function startTap(to: { host: string; port: number }): Promise<Tap> {
  const seen: Buffer[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(to)
    for (const [from, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk: Buffer) => seen.push(chunk))
      from.on('error', () => other.destroy())
      from.on('close', () => sockets.delete(from))
      from.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const text = () => Buffer.concat(seen).toString('latin1')

  return {
    port: (server.address() as AddressInfo).port,
    text,
    cookies: () => tappedCookies(text()),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function tappedCookies(text: string): Pair[][] {
  const sent = [...text.matchAll(/^cookie: *(.+?)\r?$/gim)].map(([, line]) => line!)
  const set = [...text.matchAll(/^set-cookie: *([^;\r\n]+)/gim)].map(([, pair]) => pair!)
  return [...new Set([...sent, ...set])].map((line) =>
    line.split(/; */).map((pair): Pair => {
      const at = pair.indexOf('=')
      return [pair.slice(0, Math.max(at, 0)), pair.slice(at + 1)]
    }),
  )
}

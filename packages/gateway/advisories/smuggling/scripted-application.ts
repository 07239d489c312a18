// An application that says for one path exactly what it was told to say, answers every other path with its own name, and
// reads requests strictly: what it counts is what stood on the wire.

import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnswerVariant } from './answers.ts'

export interface ScriptedApplication {
  readonly port: number
  /** `GET /path`, or what could not be read. */
  readonly counted: readonly string[]
}

/** In milliseconds: by then the gateway has put an idle connection back. */
const LATER = 15

/** @param scriptOf - the variant that a path belongs to; undefined where it has none */
export async function startScriptedApplication(
  t: TestContext,
  scriptOf: (path: string) => AnswerVariant | undefined,
): Promise<ScriptedApplication> {
  const counted: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).on('close', () => sockets.delete(socket)))
    let unread = ''
    let answered = false
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1')
      for (;;) {
        const head = headOf(unread)
        if (head === null) return
        const variant = scriptOf(head.path)
        const { early = false } = variant?.[3] ?? {}
        const isWhole = unread.length >= head.length
        if (!answered && (early || isWhole)) {
          answered = true
          counted.push(head.name)
          void answer(socket, head, variant)
        }
        if (!isWhole) return
        unread = unread.slice(head.length)
        answered = false
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, counted }
}

async function answer(socket: Socket, { name }: Head, variant: AnswerVariant | undefined): Promise<void> {
  if (variant === undefined) {
    socket.write(`HTTP/1.1 200 OK\r\nX-Seen: ${name}\r\nContent-Length: 4\r\n\r\nseen`, 'latin1')
    return
  }
  const [, bytes, , how = {}] = variant
  socket.write(bytes, 'latin1')
  if (how.later !== undefined) {
    await sleep(LATER)
    socket.write(how.later, 'latin1')
  }
  if (how.closes) socket.end()
}

interface Head {
  /** Method and target. */
  readonly name: string
  readonly path: string
  /** With its body. */
  readonly length: number
}

function headOf(text: string): Head | null {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [line = ''] = text.split('\r\n', 1)
  const match = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line)
  const length = Number(/^content-length: (\d+)$/im.exec(text.slice(0, end))?.[1] ?? 0)
  if (match === null) return { name: `could not read: ${line}`, path: '', length: text.length }
  return { name: `${match[1]} ${match[2]}`, path: match[2]!, length: end + 4 + length }
}

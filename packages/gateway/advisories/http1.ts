// HTTP/1.1 on a plain socket, which sends what no client library would; and a WebSocket's handshake, which is such a request.

import { sendRaw } from '../src/testing/wire.ts'
import type { Answer, Request, Way } from './attack.ts'

export const overHttp1: Way = {
  name: 'HTTP/1.1',
  secure: false,
  send: (_t, port, request) => send(port, request, ['Connection: close']),
}

/** The application takes it for a page's request, and so answers like one: what the rules made of it shows in the answer. */
export const overUpgrade: Way = {
  name: 'the Upgrade path',
  secure: false,
  send: (_t, port, request) =>
    send(port, request, [
      `Connection: ${['Upgrade', ...valuesOf(request, 'connection')].join(', ')}`,
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      `Origin: http://${request.host ?? 'localhost'}`,
    ]),
}

async function send(port: number, request: Request, own: readonly string[]): Promise<Answer> {
  const { method = 'GET', target, host = 'localhost', headers = [] } = request
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [`Host: ${host}`]),
    ...own,
    ...(headers.some(([name]) => name === 'Sec-Fetch-Site') ? [] : ['Sec-Fetch-Site: same-origin']),
    ...headers.filter(([name]) => name !== 'Connection' || own.length === 1).map((pair) => pair.join(': ')),
    ...(method === 'GET' ? [] : ['Content-Length: 0']),
  ]
  const { status, head, body } = await sendRaw(port, `${lines.join('\r\n')}\r\n\r\n`)
  const pairs = head.split('\r\n').slice(1)
  return { status, headers: new Map(pairs.map(pairOf)), body }
}

function valuesOf({ headers = [] }: Request, lowerName: string): string[] {
  return headers.filter(([name]) => name.toLowerCase() === lowerName).map(([, value]) => value)
}

function pairOf(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

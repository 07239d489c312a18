// HTTP/1.1 on a plain socket, which sends what no client library would.

import { sendRaw } from '../src/testing/wire.ts'
import type { Send } from './attack.ts'

export const overHttp1: Send = async (port, { method = 'GET', target, host = 'localhost', headers = [] }) => {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [`Host: ${host}`]),
    'Connection: close',
    ...(headers.some(([name]) => name === 'Sec-Fetch-Site') ? [] : ['Sec-Fetch-Site: same-origin']),
    ...headers.map((pair) => pair.join(': ')),
    ...(method === 'GET' ? [] : ['Content-Length: 0']),
  ]
  const { status, head, body } = await sendRaw(port, `${lines.join('\r\n')}\r\n\r\n`)
  const pairs = head.split('\r\n').slice(1)
  return { status, headers: new Map(pairs.map(pairOf)), body }
}

function pairOf(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
}

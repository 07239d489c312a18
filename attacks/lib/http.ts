/**
 * A raw HTTP/1.1 client: what the caller writes is what goes on the wire, and every header line that comes back is
 * kept as it came. `fetch` does neither: it hides Set-Cookie, mends headers and follows its own rules.
 */
import { channel } from 'node:diagnostics_channel'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

export type Header = [name: string, value: string]

export type Request = {
  url: string
  method?: string
  headers?: Header[]
  body?: string
  /** The machine to connect to, whatever the host in the URL is called. */
  address?: string | undefined
}

export type Response = {
  status: number
  headers: Header[]
  body: string
  /** `performance.now()` when the first byte of the answer was here. */
  firstByteAt: number
  /** And when it ended: with its last byte, or broken off. */
  endedAt: number
  /** False where the connection was cut in the middle of the body. */
  whole: boolean
}

/** How long to wait for an answer, in ms. */
const PATIENCE = 15_000

export function header(response: { headers: Header[] }, name: string): string | undefined {
  return response.headers.find(([key]) => key.toLowerCase() === name)?.[1]
}

export function headerLines(response: { headers: Header[] }, name: string): string[] {
  return response.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}

/** Whoever wants to see what was said subscribes: `{ request, response }`, after each answer. */
export const exchanges = channel('coatcheck.attacks.exchange')

export async function send(request: Request): Promise<Response> {
  const response = await exchange(request)
  exchanges.publish({ request, response })
  return response
}

function exchange(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const headers: Header[] = [...(request.headers ?? []), ['Connection', 'close']]
  if (header({ headers }, 'host') === undefined) headers.unshift(['Host', url.host])
  if (request.body !== undefined) headers.push(['Content-Length', String(Buffer.byteLength(request.body))])
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = `${request.method ?? 'GET'} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}\r\n`

  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:'
    const host = request.address ?? url.hostname
    const port = Number(url.port) || (secure ? 443 : 80)
    // The attacker does not care who the server is, and test sites have home-made certificates.
    const servername = /^[\d.]+$/.test(url.hostname) ? '' : url.hostname
    const socket = secure ? connectTls({ host, port, servername, rejectUnauthorized: false }) : connect({ host, port })
    const chunks: Buffer[] = []
    let firstByteAt = 0
    const finish = () => {
      socket.destroy()
      const response = parse(Buffer.concat(chunks))
      if (response) resolve({ ...response, firstByteAt, endedAt: performance.now() })
      else reject(new Error(`${request.method ?? 'GET'} ${request.url}: no whole answer`))
    }
    socket.setTimeout(PATIENCE, finish)
    socket.on('data', (chunk: Buffer) => {
      firstByteAt ||= performance.now()
      chunks.push(chunk)
    })
    socket.on('end', finish)
    socket.on('error', (error) => (firstByteAt > 0 ? finish() : reject(error)))
    socket.write(head + (request.body ?? ''))
  })
}

function parse(bytes: Buffer): Omit<Response, 'firstByteAt' | 'endedAt'> | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  if (status >= 100 && status < 200) return parse(rest)
  const headers = lines.map((line): Header => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  const chunked = /chunked/i.test(header({ headers }, 'transfer-encoding') ?? '')
  const length = Number(header({ headers }, 'content-length') ?? 0)
  const whole = chunked ? /(?:^|\r\n)0\r\n\r\n$/.test(rest.toString('latin1')) : rest.length >= length
  return { status, headers, body: (chunked ? joinChunks(rest) : rest).toString('utf8'), whole }
}

function joinChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = lineEnd < 0 ? 0 : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (!size) break
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
  return Buffer.concat(parts)
}

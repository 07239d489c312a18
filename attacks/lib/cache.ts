/** A shared cache in front of a site. It keeps whole answers, Set-Cookie with them, as Apache's mod_cache does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { storableFor, variesAway } from './cache-rules.ts'
import { type Header, type Response, send } from './http.ts'

export type Cache = {
  /** The address that clients use. */
  url: string
  close(): Promise<void>
}

type Entry = { answer: Response; request: Header[]; storedAt: number; lifetime: number }

/** What is between two machines only (RFC 9110 §7.6.1), or is written anew for every message. */
const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'host'])

/**
 * Starts one in front of `upstream`. The Host header goes through as it came, so that the site sees the address which the
 * browser sees. `add` is for headers that a front of this kind would add, `X-Forwarded-Proto` for instance.
 */
export async function startCache(upstream: {
  url: string
  address?: string | undefined
  add?: Header[]
}): Promise<Cache> {
  const entries = new Map<string, Entry[]>()

  async function answer(req: IncomingMessage, res: ServerResponse) {
    const request = pairs(req.rawHeaders)
    const key = req.url ?? '/'
    const stored = req.method === 'GET' ? find(entries.get(key) ?? [], request) : undefined
    if (stored)
      return reply(res, stored.answer, [
        ['X-Cache', 'HIT'],
        ['Age', String(Math.floor(age(stored)))],
      ])

    const fresh = await forward(req, request, upstream)
    const lifetime = storableFor(req.method ?? '', request, fresh)
    if (lifetime > 0) {
      entries.set(key, [{ answer: fresh, request, storedAt: Date.now(), lifetime }, ...(entries.get(key) ?? [])])
    }
    reply(res, fresh, [['X-Cache', 'MISS']])
  }

  const server = createServer((req, res) => {
    answer(req, res).catch((error: Error) => res.writeHead(502).end(error.message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function find(entries: Entry[], request: Header[]): Entry | undefined {
  return entries.find((entry) => age(entry) < entry.lifetime && !variesAway(entry.answer, entry.request, request))
}

function age(entry: Entry): number {
  return (Date.now() - entry.storedAt) / 1000
}

async function forward(
  req: IncomingMessage,
  request: Header[],
  upstream: { url: string; address?: string | undefined; add?: Header[] },
) {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  const headers = request.filter(([name]) => !NOT_FORWARDED.has(name.toLowerCase()))
  const host: Header = ['Host', req.headers.host ?? '']
  return send({
    url: new URL(req.url ?? '/', upstream.url).href,
    method: req.method ?? 'GET',
    headers: [host, ...headers, ...(upstream.add ?? [])],
    ...(chunks.length > 0 ? { body: Buffer.concat(chunks).toString('utf8') } : {}),
    address: upstream.address,
  })
}

function reply(res: ServerResponse, { status, headers, body }: Response, add: Header[]) {
  const kept = headers.filter(([name]) => !NOT_FORWARDED.has(name.toLowerCase()))
  res.writeHead(status, [...kept, ...add].flat())
  res.end(body)
}

function pairs(raw: string[]): Header[] {
  return Array.from({ length: raw.length / 2 }, (_, i): Header => [raw[2 * i]!, raw[2 * i + 1]!])
}

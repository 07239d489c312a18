/** A site of one personal page, which says of caching whatever it is told to. Who came by `/enter/…` is known there. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Header } from './http.ts'

export const PERSONAL = 'These are the letters of alice.'

export type CarelessSite = { url: string; close(): Promise<void> }

/** `/page/N/…` answers with the Nth of `sayings`; `/images/…` are everybody's. */
export async function startCarelessSite(sayings: readonly Header[][]): Promise<CarelessSite> {
  const server = createServer((req, res) => {
    const [, place, number] = req.url!.split('/')
    if (place === 'images') return res.writeHead(200, { 'Cache-Control': 'max-age=3600' }).end('A picture.')
    if (place === 'enter') {
      return res.writeHead(200, { 'Set-Cookie': 'member=alice; Path=/', 'Cache-Control': 'no-store' }).end('Come in.')
    }
    // A link from a mail, that signs in whoever follows it.
    if (place === 'link') return res.writeHead(200, { 'Set-Cookie': 'member=alice; Path=/' }).end(PERSONAL)
    if (!/\bmember=alice\b/.test(req.headers.cookie ?? '')) {
      return res.writeHead(200, { 'Cache-Control': 'no-store' }).end('Who is there?')
    }
    const said = sayings[Number(number)] ?? []
    return res.writeHead(200, said.flat()).end(PERSONAL)
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

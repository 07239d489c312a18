// The application behind the gateway and its peers: a session of its own, and pages of any length that name the member.
// Each session's pages are made once: what is measured is not here.
//
//   GET  /page/1024    a page of so many bytes
//   GET  /again/1024   the same, with a cookie that is set anew by every answer
//   POST /upload       reads the body, and tells how long it was
//   GET  /visits       the value of that cookie, as the application got it back

import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { serve } from './serve.ts'
import { type Member, page, receipt, show, signInOf } from './work.ts'

const members = new Map<string, Member>()
const pages = new Map<string, Buffer>()
let visits = 0

/** Longer than a bench: between the turns of a proxy its connections are not closed, which some would meet with a 502. */
const KEPT = 3_600_000

serve((req, res) => {
  const { url = '' } = req
  const signIn = signInOf(req)
  if (signIn !== null) {
    const id = randomUUID()
    members.set(id, signIn)
    res.setHeader('Set-Cookie', `app-session=${id}; Path=/; HttpOnly`)
    return show(res, signIn.user, signIn.counter)
  }
  const cookies = req.headers.cookie ?? ''
  const id = /(?:^|; )app-session=([^;]*)/.exec(cookies)?.[1] ?? ''
  const member = members.get(id) ?? { user: 'nobody', counter: 0 }
  if (url === '/upload') {
    let bytes = 0
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    req.on('end', () => send(res, Buffer.from(receipt(member, bytes))))
    return
  }
  if (url === '/visits') return send(res, Buffer.from(/(?:^|; )app-visits=([^;]*)/.exec(cookies)?.[1] ?? 'none'))
  // As a ticket does that slides its expiry (forms authentication's): a new value each time.
  if (url.startsWith('/again/')) res.setHeader('Set-Cookie', `app-visits=${++visits}; Path=/; HttpOnly`)
  const bytes = url.slice(url.lastIndexOf('/') + 1)
  const name = `${id}/${bytes}`
  const made = pages.get(name) ?? Buffer.from(page(member, Number(bytes)))
  pages.set(name, made)
  send(res, made)
}, KEPT)

function send(res: ServerResponse, body: Buffer): void {
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Length', body.length)
  res.end(body)
}

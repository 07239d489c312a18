/** One request: find the session, let the page do its work, save, answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { signOut } from './account.ts'
import { image } from './catalogue.ts'
import { readCookies } from './cookies.ts'
import { type Page, pages } from './pages.ts'
import { openVisit, presentedId, reissueCookie, type Shop, userOf, type Visit } from './visit.ts'

/** One line of the shop's own log: requests in the order in which their work began. */
export type Served = { method: string; path: string; user: string | undefined }

const LARGEST_BODY = 64 * 1024

export async function serve(shop: Shop, req: IncomingMessage, res: ServerResponse, served: Served[]) {
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? 'GET')
  const url = new URL(`http://shop${req.url?.startsWith('/') ? req.url : '/'}`)
  const fields = method === 'POST' ? await readForm(req) : new URLSearchParams()

  if (method === 'GET' && url.pathname.startsWith('/images/')) return sendImage(shop, req, res, url)
  if (url.pathname === '/logout') return leave(shop, req, res, url, fields, served)
  const handler = pages[`${method} ${url.pathname}`]
  if (!handler) return send(res, { status: 404, type: 'text/plain', body: 'Not on our shelf.\n' }, [], NOBODY_KEEPS)

  if (method === 'POST' && url.pathname === '/login' && !shop.options.loginFromAnywhere && isForeign(req)) {
    return send(res, { status: 403, type: 'text/plain', body: 'Please use our own form.\n' }, [], NOBODY_KEEPS)
  }

  const visit = await openVisit(shop, req, url, fields)
  const line: Served = { method, path: url.pathname, user: userOf(visit) }
  served.push(line)
  try {
    const page = await handler(visit)
    if (page.content) reissueCookie(visit)
    line.user = userOf(visit)
    shop.sessions.save(visit.session)
    const setCookies = page.setCookie ? [...visit.setCookies, page.setCookie] : visit.setCookies
    send(res, page, setCookies, keeping(page, visit))
  } finally {
    if (shop.options.lock) visit.session.lock.release()
  }
}

/** Whether another site's page sent this form. Browsers say so in Origin, on every POST. */
function isForeign(req: IncomingMessage): boolean {
  const { origin, host } = req.headers
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)
}

const EVERYBODY_KEEPS = 'public, max-age=60'
const NOBODY_KEEPS = 'private, no-store'

/** F2: content is for everybody. Only a page that begins a session says no-store, as PHP's session_start does. */
function keeping(page: Page, visit: Visit): string {
  return page.content && visit.shop.options.cacheable && !visit.begins ? EVERYBODY_KEEPS : NOBODY_KEEPS
}

/** Images begin no session, but F2's filter sits in front of everything: it re-issues the cookie on them too. */
function sendImage(shop: Shop, req: IncomingMessage, res: ServerResponse, url: URL) {
  const body = image(url.pathname.slice('/images/'.length))
  if (!body) return send(res, { status: 404, type: 'text/plain', body: 'No such picture.\n' }, [], NOBODY_KEEPS)
  const cookies = readCookies(req.headers.cookie)
  const { id } = presentedId(shop, cookies, url, new URLSearchParams())
  const session = id === undefined ? undefined : shop.sessions.find(id)
  const visit = session && { shop, url, fields: new URLSearchParams(), cookies, session, setCookies: [], begins: false }
  if (visit) reissueCookie(visit)
  const setCookies = visit?.setCookies ?? []
  const keep = setCookies.length === 0 || shop.options.cacheable ? EVERYBODY_KEEPS : NOBODY_KEEPS
  send(res, { type: 'image/svg+xml', body }, setCookies, keep)
}

/** Sign-out does not wait for the session's lock: who leaves does not want to wait for a slow page. */
function leave(
  shop: Shop,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  fields: URLSearchParams,
  log: Served[],
) {
  const { id } = presentedId(shop, readCookies(req.headers.cookie), url, fields)
  const session = id === undefined ? undefined : shop.sessions.find(id)
  log.push({ method: req.method ?? '', path: '/logout', user: session?.user })
  send(res, { status: 303, location: '/' }, [signOut(shop, session)], NOBODY_KEEPS)
}

function send(res: ServerResponse, page: Page, setCookies: string[], cacheControl: string) {
  res.statusCode = page.status ?? 200
  if (page.location) res.setHeader('Location', page.location)
  if (setCookies.length > 0) res.setHeader('Set-Cookie', setCookies)
  res.setHeader('Cache-Control', cacheControl)
  res.setHeader('Content-Type', `${page.type ?? 'text/html'}; charset=utf-8`)
  res.end(page.body ?? '')
}

async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of req.setEncoding('utf8')) {
    body += chunk
    if (body.length > LARGEST_BODY) throw new Error('The form is too long')
  }
  return new URLSearchParams(body)
}

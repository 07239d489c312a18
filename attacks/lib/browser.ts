/**
 * A client that sends what Chromium sends, as far as sites can decide by it: cookies by the browser's rules, Origin on
 * every POST, Referer by the default policy, and Sec-Fetch-* to https and the own machine (to other http hosts none).
 */
import { isTrustworthy, siteOf } from './cookie.ts'
import { type Form, findForm } from './form.ts'
import { type Header, header, headerLines, type Response, send } from './http.ts'
import { Jar } from './jar.ts'

export type Page = Response & { url: string }

type Load = {
  method?: 'GET' | 'POST'
  fields?: [string, string][]
  /** The form says `enctype="multipart/form-data"`. */
  multipart?: boolean
  /** The page that caused the request. Absent: the person typed the address, or used a bookmark. */
  from?: string | undefined
  dest?: 'document' | 'image' | 'empty'
  /** `false`: stop at the first answer. */
  follow?: boolean
}

export const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36'

export class Browser {
  jar: Jar
  /** Every Set-Cookie line that came, in order. */
  readonly setCookies: string[] = []
  readonly #address: string | undefined

  constructor(address?: string, jar = new Jar()) {
    this.#address = address
    this.jar = jar
  }

  /** Loads an address, with redirects. */
  async load(address: string, how: Load = {}): Promise<Page> {
    let { method = 'GET', fields } = how
    let url = new URL(address).href
    const chain = [url]
    for (let hops = 0; hops < 10; hops++) {
      const response = await this.#send(url, { ...how, method, ...(fields ? { fields } : {}) }, chain)
      const location = header(response, 'location')
      if (how.follow === false || response.status < 300 || response.status > 399 || !location)
        return { ...response, url }
      url = new URL(location, url).href
      chain.push(url)
      if (response.status < 307 && method === 'POST') {
        method = 'GET'
        fields = undefined
      }
    }
    throw new Error(`${address}: too many redirects`)
  }

  /** Goes to the form's page, fills it in, and sends it from there. */
  async fill(base: string, form: Form): Promise<Page> {
    const { action, how } = await this.prepare(base, form)
    return this.load(action, how)
  }

  /** Fills the form in, and leaves the sending to the caller. */
  async prepare(base: string, form: Form): Promise<{ action: string; how: Load }> {
    const page = await this.load(new URL(form.page, base).href)
    const found = findForm(page.body, Object.keys(form.fields))
    if (!found) throw new Error(`${page.url} (${page.status}) has no form with ${Object.keys(form.fields).join(', ')}`)
    const fields = [...found.fields.filter(([name]) => !(name in form.fields)), ...Object.entries(form.fields)]
    return { action: new URL(found.action, page.url).href, how: { method: 'POST', fields, from: page.url } }
  }

  async #send(url: string, how: Load & { method: 'GET' | 'POST' }, chain: string[]): Promise<Response> {
    const target = new URL(url)
    const { method, from, dest = 'document' } = how
    const navigation = dest === 'document'
    const site = fetchSite(from, chain)
    const circumstances = { crossSite: site === 'cross-site', navigation, safe: method === 'GET' }
    const headers: Header[] = [
      ['User-Agent', USER_AGENT],
      ['Accept', navigation ? 'text/html,application/xhtml+xml,*/*;q=0.8' : '*/*'],
      ['Accept-Language', 'en-GB,en;q=0.9'],
    ]
    if (navigation) headers.push(['Upgrade-Insecure-Requests', '1'])
    if (isTrustworthy(target)) {
      headers.push(['Sec-Fetch-Site', site], ['Sec-Fetch-Dest', dest])
      headers.push(['Sec-Fetch-Mode', navigation ? 'navigate' : dest === 'image' ? 'no-cors' : 'cors'])
      if (navigation) headers.push(['Sec-Fetch-User', '?1'])
    }
    if (method === 'POST' && from) headers.push(['Origin', new URL(from).origin])
    const referrer = from && referrerFor(from, target)
    if (referrer) headers.push(['Referer', referrer])
    const cookies = this.jar.for(url, circumstances)
    if (cookies.length > 0) headers.push(['Cookie', cookies.map(({ name, value }) => `${name}=${value}`).join('; ')])
    const body = how.fields && (how.multipart ? multipart(how.fields) : new URLSearchParams(how.fields).toString())
    const type = how.multipart ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/x-www-form-urlencoded'
    if (body !== undefined) headers.push(['Content-Type', type])

    const response = await send({
      url,
      method,
      headers,
      address: this.#address,
      ...(body !== undefined ? { body } : {}),
    })
    for (const line of headerLines(response, 'set-cookie')) {
      this.setCookies.push(line)
      this.jar.store(line, url)
    }
    return response
  }
}

const BOUNDARY = '----WebKitFormBoundary7MA4YWxkTrZu0gWa'

function multipart(fields: [string, string][]): string {
  const parts = fields.map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
  return `${parts.map((part) => `--${BOUNDARY}\r\n${part}`).join('')}--${BOUNDARY}--\r\n`
}

/** Sec-Fetch-Site: the widest relation between the page that asks and every address on the way (Fetch metadata §2.3). */
function fetchSite(from: string | undefined, chain: string[]): 'none' | 'same-origin' | 'same-site' | 'cross-site' {
  if (!from) return 'none'
  const origin = new URL(from)
  const others = chain.map((url) => new URL(url))
  if (others.every((url) => url.origin === origin.origin)) return 'same-origin'
  const isSameSite = (url: URL) => url.protocol === origin.protocol && siteOf(url.hostname) === siteOf(origin.hostname)
  return others.every(isSameSite) ? 'same-site' : 'cross-site'
}

/** `strict-origin-when-cross-origin`, the browsers' default. */
function referrerFor(from: string, target: URL): string | undefined {
  const page = new URL(from)
  if (page.protocol === 'https:' && target.protocol === 'http:') return undefined
  return page.origin === target.origin ? page.origin + page.pathname + page.search : `${page.origin}/`
}

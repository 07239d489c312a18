/** What a browser does with the site, and no more: keeps cookies, reads forms and posts them back. */
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export type Answer = { status: number; headers: IncomingHttpHeaders; setCookies: string[]; body: string }

export type Request = {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** In ms. Default one minute: the first request for a page compiles it. */
  timeout?: number
  signal?: AbortSignal
  /** Called when the first bytes of the body are here. */
  onStart?: () => void
}

/** One exchange on a connection of its own. Certificates are not looked at: the site's are its own. */
export function send(url: string, options: Request = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, timeout = 60_000, onStart } = options
  const request = url.startsWith('https:') ? requestHttps : requestHttp
  const signal = AbortSignal.any([AbortSignal.timeout(timeout), ...(options.signal ? [options.signal] : [])])
  const settings = { method, headers, agent: false, rejectUnauthorized: false, signal }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, settings, (response) => {
      if (onStart) response.once('data', onStart)
      read(response).then(resolve, reject)
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = ''
  for await (const chunk of response.setEncoding('utf8')) body += chunk
  const { statusCode = 0, headers } = response
  return { status: statusCode, headers, setCookies: headers['set-cookie'] ?? [], body }
}

/** The fields that a web form expects back as they were: `__VIEWSTATE` and its companions. */
export function hiddenFields(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input type="hidden" name="([^"]*)" id="[^"]*" value="([^"]*)"/g)
  return Object.fromEntries([...inputs].map(([, name, value]) => [name!, value!]))
}

/** A browser with a cookie jar. Redirects are not followed: what a redirect brings is part of what is looked at. */
export class Client {
  readonly site: string
  readonly cookies: Map<string, string>

  constructor(site: string, cookies: Iterable<[string, string]> = []) {
    this.site = site
    this.cookies = new Map(cookies)
  }

  /** What another has who took these cookies now. */
  frozen(site = this.site): Client {
    return new Client(site, this.cookies)
  }

  async get(path: string, options: Request = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie ? { Cookie: cookie } : {}), ...options.headers }
    const answer = await send(this.site + path, { ...options, headers })
    for (const line of answer.setCookies) this.#keep(line)
    return answer
  }

  async post(path: string, fields: Record<string, string>): Promise<Answer> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    return this.get(path, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
  }

  /** Gets a web form, fills it in and posts it. */
  async submit(path: string, fields: Record<string, string>): Promise<Answer> {
    const form = await this.get(path)
    return this.post(path, { ...hiddenFields(form.body), ...fields })
  }

  signIn(user: string, password: string, more: Record<string, string> = {}): Promise<Answer> {
    return this.submit('/Login.aspx', { User: user, Password: password, SignIn: 'Sign in', ...more })
  }

  signOut(): Promise<Answer> {
    return this.get('/Logout.aspx')
  }

  order(card: string): Promise<Answer> {
    return this.submit('/Checkout.aspx', { Card: card, Order: 'Order' })
  }

  async whoAmI(): Promise<{ ticket: string; session: string; counted: string }> {
    const { body } = await this.get('/WhoAmI.aspx')
    const line = (name: string) => new RegExp(`^${name}: (.*?)\\s*$`, 'm').exec(body)?.[1] ?? ''
    return { ticket: line('Ticket'), session: line('Session'), counted: line('Counted') }
  }

  #keep(line: string) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (name === undefined || value === undefined) return
    const expires = /;\s*expires=([^;]*)/i.exec(line)?.[1]
    if (expires && Date.parse(expires) < Date.now()) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

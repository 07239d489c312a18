// What went over the wire, short enough to be read: who asked for what, with which cookie, and whose page came back.

import type { Page } from '../../../../attacks/lib/browser.ts'
import { header, headerLines } from '../../../../attacks/lib/http.ts'
import type { Pair } from '../../../../attacks/lib/jar.ts'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly cookies: readonly Pair[]
  /** Form fields worth seeing. */
  readonly fields?: readonly Pair[]
}

/** What an answer of the shop says: by its account link, who is signed in; on the confirmation page, the card. */
export interface Owner {
  readonly user: string | undefined
  readonly card: string | undefined
}

/** @param far - whether it matters by which protocol the site is reached (F1) */
export function requestParts({ method, url, cookies, fields = [] }: Asked, far: boolean): string[] {
  const parts = [`${method} ${place(url, far)}`]
  if (fields.length > 0) parts.push(fields.map(([name, value]) => `${name}=${value}`).join('&'))
  if (cookies.length > 0) parts.push(`Cookie: ${short(cookies)}`)
  return parts
}

/** @param headers - which others to show beside status and Location, in lower case */
export function answerParts(page: Page, headers: readonly string[], far: boolean): string[] {
  const parts = [status(page, far)]
  for (const name of headers) {
    for (const line of headerLines(page, name)) {
      parts.push(`${titled(name)}: ${name === 'set-cookie' ? setCookie(line) : line}`)
    }
  }
  return parts
}

function status(page: Page, far: boolean): string {
  const location = header(page, 'location')
  if (location !== undefined) return `${page.status} to ${place(new URL(location, page.url).href, far)}`
  if (page.status !== 200) return String(page.status)
  const type = header(page, 'content-type') ?? ''
  if (type.startsWith('image/')) return '200 an image'
  const { user, card } = ownerOf(page)
  if (user === undefined) return '200 a page for strangers'
  return `200 a page for ${user}${card === undefined ? '' : `, with the card ${card}`}`
}

export function ownerOf({ body }: Pick<Page, 'body'>): Owner {
  return {
    user: /<a href="\/greeting[^"]*">(\w+)<\/a>/.exec(body)?.[1],
    card: /<p class="number">(\d+)<\/p>/.exec(body)?.[1],
  }
}

/** Cookies with as much of their values as tells them apart. */
export function short(cookies: readonly Pair[]): string {
  return cookies.map(([name, value]) => `${name}=${shortValue(value)}`).join('; ')
}

/** The start and the end of a value: counters differ at the end. */
export function shortValue(value: string): string {
  return value.length > 12 ? `${value.slice(0, 2)}…${value.slice(-3)}` : value
}

/** `Path=/` is the same everywhere, and left out; of a deletion that it is one is enough. */
function setCookie(line: string): string {
  const [pair = '', ...attributes] = line.split(/; */)
  const at = pair.indexOf('=')
  const shown = attributes.filter((attribute) => attribute !== 'Path=/')
  const cookie = short([[pair.slice(0, at), pair.slice(at + 1)]])
  if (shown.includes('Max-Age=0')) return `${cookie}; Max-Age=0${shown.length > 1 ? '; …' : ''}`
  return [cookie, ...shown].join('; ')
}

/** The name of the host says nothing new, and its port is another one in every run. */
function place(address: string, far: boolean): string {
  const { protocol, pathname, search } = new URL(address)
  const path = decodeURIComponent(pathname + search)
  return far ? `${protocol}//…${path}` : path
}

function titled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase())
}

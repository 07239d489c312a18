// A request and its answer in one line, as short as tells them apart.

import { headerLines, type Request, type Response } from '../../attacks/lib/http.ts'

export interface Exchange {
  readonly request: Request
  readonly response: Response
}

/** A line each; what is said again and again, once. */
export function lines(said: readonly Exchange[]): string[] {
  const all: { text: string; times: number }[] = []
  for (const text of said.map(line)) {
    const last = all.at(-1)
    if (last?.text === text) last.times++
    else all.push({ text, times: 1 })
  }
  return all.map(({ text, times }) => (times === 1 ? text : `${text}  (${times} times)`))
}

/** `GET /account  Cookie: sid=a7f…  →  200 "Signed in as alice. Counter: 1."` */
function line({ request, response }: Exchange): string {
  const { url, method = 'GET', headers = [] } = request
  const { protocol, pathname, search } = new URL(url)
  const cookies = headerLines({ headers }, 'cookie').map((value) => value.split('; ').map(short).join('; '))
  const set = headerLines(response, 'set-cookie').map((value) => short(value.split(';', 1)[0] as string))
  const ask = `${protocol === 'http:' ? 'http: ' : ''}${method} ${pathname}${shortQuery(search)}`
  const told = cookies.length > 0 ? `  Cookie: ${cookies.join('; ')}` : ''
  const cache = /\bhit\b/i.test(headerLines(response, 'x-cache').join()) ? ' (from the cache)' : ''
  const sets = set.length > 0 ? `  Set-Cookie: ${set.join('; ')}` : ''
  return `${ask}${told}  →  ${response.status}${cache}${sets}${said(response)}`
}

function short(pair: string): string {
  const at = pair.indexOf('=')
  const value = pair.slice(at + 1)
  return `${pair.slice(0, at)}=${value.length > 12 ? `${value.slice(0, 4)}…${value.slice(-4)}` : value}`
}

/** Addresses that nobody asked for before have a random name. */
function shortQuery(search: string): string {
  return search.replace(/(fresh=[\da-f]{4})[\da-f-]*/, '$1…')
}

function said({ body, status }: Response): string {
  if (status >= 300 && status < 400) return ''
  const text = body
    .replace(/<title>.*?<\/title>|<form[\s\S]*?<\/form>|<svg[^>]*>/g, '')
    .replace(/<[^>]*>/g, '')
    .trim()
  return text === '' ? '' : `  "${text.length > 70 ? `${text.slice(0, 70)}…` : text}"`
}

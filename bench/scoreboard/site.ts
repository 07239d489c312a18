// The little site that every contender runs: the same addresses, the same pages, the same work. Only who keeps its sessions
// differs, and how that is asked for.
//
//   GET  /             strangers too: counts their visits, in a session where they can have one
//   GET  /sign-in      the form, and POST: who signs in
//   GET  /account      the user and the counter
//   GET  /card         the user's card number; POST enters it
//   POST /increment    waits as for a database, then counts one more
//   GET  /slow         holds a session for so many milliseconds, then writes into it
//   GET  /greeting     names the user, and may be kept for a minute: the developer said so, and forgot whom it names
//   GET  /images/…     everybody's, kept for an hour
//   POST /sign-out

import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly fields: URLSearchParams
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What the site knows of a visitor. */
export interface Known {
  readonly user: string | null
  readonly counter: number
  readonly card: string
  readonly visits: number
}

/** A visitor's session, as this site needs it; each contender says in its own words how. */
export interface Visit {
  read(): Known
  signIn(user: string, password: string): Promise<void>
  signOut(): Promise<void>
  /** What is to become of what is known of him. */
  change(to: (known: Known) => Partial<Known>): Promise<void>
}

/** Whose passwords these are does not matter to any attack. */
export const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['alice', 'wonderland'],
  ['bob', 'builder-of-things'],
])

export const NOBODY: Known = { user: null, counter: 0, card: '', visits: 0 }

/** How the sign-in form calls its fields, and where it sends them: Apache httpd wants its own. */
export interface FormShape {
  readonly action: string
  readonly user: string
  readonly password: string
}

const FORM: FormShape = { action: '/sign-in', user: 'user', password: 'password' }

/** @param open - asked for only where a page looks at the session */
export async function answer(asked: Asked, open: () => Promise<Visit>, form = FORM): Promise<Answer> {
  const { method, path, query, fields } = asked
  if (path.startsWith('/images/')) return image()
  if (path === '/sign-in' && method === 'GET') return { ...page(signInForm(form)), headers: KEPT_BY_NOBODY }
  const visit = await open()
  if (path === '/') {
    await visit.change(({ visits }) => ({ visits: visits + 1 }))
    return page(`<p>Visit ${visit.read().visits}. <a href="/sign-in">Sign in</a></p>`)
  }
  if (path === '/sign-in') {
    const [user, password] = [fields.get('user') ?? '', fields.get('password') ?? '']
    if (ACCOUNTS.get(user) !== password) return page('<p>No.</p>', 403)
    await visit.signIn(user, password)
    return seeOther('/account')
  }
  if (path === '/sign-out') {
    await visit.signOut()
    return seeOther('/')
  }
  const { user } = visit.read()
  if (path === '/greeting') {
    return { ...page(user === null ? '<p>Hello.</p>' : `<p>Hello ${user}.</p>`), headers: KEPT_FOR_A_MINUTE }
  }
  if (user === null) return page('<p>Please <a href="/sign-in">sign in</a>.</p>', 401)
  if (path === '/slow') {
    await sleep(Number(query.get('ms')))
    await visit.change(({ counter }) => ({ counter: counter + 1 }))
    return page(`<p>The report of ${user} is done.</p>`)
  }
  if (path === '/increment') {
    await sleep(Number(fields.get('ms') ?? 0))
    await visit.change(({ counter }) => ({ counter: counter + 1 }))
    return page('<p>One more.</p>')
  }
  if (path === '/card' && method === 'POST') {
    await visit.change(() => ({ card: fields.get('card') ?? '' }))
    return seeOther('/card')
  }
  const { counter, card } = visit.read()
  if (path === '/card') {
    return page(`<p>${user}: ${card}</p><form action="/card" method="post"><input name="card"></form>`)
  }
  return page(`<p>Signed in as ${user}. Counter: ${counter}.</p>`)
}

/** A form's fields, read from a body that a client sends. */
export async function asked(req: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk)
  return askedWith(req, Buffer.concat(chunks).toString('utf8'))
}

export function askedWith({ method = 'GET', url = '/' }: Pick<IncomingMessage, 'method' | 'url'>, body: string): Asked {
  const { pathname, searchParams } = new URL(url, 'http://site')
  return { method, path: pathname, query: searchParams, fields: new URLSearchParams(body) }
}

const HTML = { 'Content-Type': 'text/html; charset=utf-8' }
const KEPT_BY_NOBODY = { ...HTML, 'Cache-Control': 'no-store' }
const KEPT_FOR_A_MINUTE = { ...HTML, 'Cache-Control': 'public, max-age=60' }

function page(body: string, status = 200): Answer {
  return { status, headers: HTML, body: `<!doctype html><title>A little site</title>${body}\n` }
}

function seeOther(path: string): Answer {
  return { status: 303, headers: { Location: path }, body: '' }
}

function image(): Answer {
  const headers = { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=3600' }
  return { status: 200, headers, body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }
}

function signInForm({ action, user, password }: FormShape): string {
  return `<form action="${action}" method="post"><input name="${user}"><input name="${password}" type="password"></form>`
}

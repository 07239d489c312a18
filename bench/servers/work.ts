// The work that every contender does: sign a user in who comes with a counter, and answer with both from then on.

import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Member {
  readonly user: string
  readonly counter: number
}

/** `POST /sign-in?user=alice&counter=7`: whoever asks is believed. Null for every other request. */
export function signInOf({ method, url = '' }: IncomingMessage): Member | null {
  if (method !== 'POST' || !url.startsWith('/sign-in?')) return null
  const query = new URLSearchParams(url.slice('/sign-in?'.length))
  return { user: query.get('user') ?? '', counter: Number(query.get('counter')) }
}

/** What the client expects, byte for byte. */
export function pageOf({ user, counter }: Member): string {
  return `Signed in as ${user}, for the ${counter}th time.`
}

/** His page, filled up to so many bytes. */
export function page(member: Member, bytes: number): string {
  return `${pageOf(member)}\n`.padEnd(bytes, 'He has put this and that into his basket, and thinks of more.\n')
}

/** What he is told of a file that he sent. */
export function receipt(member: Member, bytes: number): string {
  return `${pageOf(member)} ${bytes} bytes came.`
}

export function show(res: ServerResponse, user: string | null | undefined, counter: number | undefined): void {
  const page = pageOf({ user: user ?? 'nobody', counter: counter ?? 0 })
  res.setHeader('Content-Type', 'text/plain')
  res.setHeader('Content-Length', Buffer.byteLength(page))
  res.end(page)
}

// A contender's process: it serves plain http on this machine, and a proxy that it trusts stands before it, which is how
// such sites are run. Whatever the site throws is a page as well: an attack has to see it.

import { renameSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serve as listen } from '../servers/serve.ts'
import { type Answer, answer, asked, type Visit } from './site.ts'

/** @param open - the visitor's session; headers that it sets are sent along */
export function serve(open: (req: IncomingMessage, res: ServerResponse) => Promise<Visit>): void {
  listen((req, res) => {
    asked(req)
      .then((what) => answer(what, () => open(req, res)))
      .catch(failed)
      .then((said) => send(res, said))
  })
}

export function failed(error: unknown): Answer {
  return { status: 409, headers: { 'Content-Type': 'text/plain' }, body: `${(error as Error).message}\n` }
}

export function send(res: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  res.statusCode = status
  res.end(body)
}

/** The file in which a contender's store is, or is written down: what a thief of it would have. */
export const STORE = process.argv[2] as string

/** Writes down a store that is in memory. */
export function writeDown(entries: Iterable<readonly [string, unknown]>): void {
  writeFileSync(`${STORE}.new`, JSON.stringify([...entries]))
  renameSync(`${STORE}.new`, STORE)
}

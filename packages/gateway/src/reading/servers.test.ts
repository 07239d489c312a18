// Is the table of servers true? Each server that runs here is asked itself which file it takes a path for: that must be one
// of the readings in the table, and what is a sign-in for the server, or not public, must be so for the rules.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { posix } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Kind, kinds, startFolderServer } from '../../../../test/servers/folder-servers.ts'
import { requireServer } from '../../../../test/servers/servers.ts'
import { Refusal } from '../refusal.ts'
import { canonicalRequest, type Target } from '../stages/canonical.ts'
import { getRaw } from '../testing/wire.ts'
import { corpus } from './corpus-for-tests.ts'
import { comparable } from './escapes.ts'
import { readings } from './readings.ts'
import { compileRules } from './rules.ts'
import type { ServerName } from './servers/index.ts'

const files = { '/public/open.txt': '/public/open.txt', '/account.txt': '/account.txt' }

/** The name in the table, the page that signs in, and what it holds: its own path, said by the server's own means. */
const known: Record<Kind['server'], [table: ServerName, login: string, source: string]> = {
  nginx: ['nginx', '/login.txt', '/login.txt'],
  apache2: ['apache', '/login.cgi', '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n/login.cgi"\n'],
  tomcat: ['tomcat', '/login.txt', '/login.txt'],
  php: ['apache', '/login.php', '<?php echo "/login.php";'],
  python3: ['wsgi', '/login.txt', '/login.txt'],
}

for (const kind of kinds) {
  const [table, login, source] = known[kind.server]
  test(`G1: the table says how ${kind.server} reads a path`, { timeout: 120_000 }, async (t) => {
    const program = await requireServer(t, kind.server)
    if (program === undefined) return
    const server = await startFolderServer(kind, program, { ...files, [login]: source })
    t.after(() => server.close())
    for (const [i, port] of server.ports.entries())
      await compare(t, `${kind.server} ${kind.ways[i]}`, port, table, login)
  })
}

/** Programs on node:http read a path as they like: these are the ways of three frameworks. */
const programs: [sentence: string, read: (url: string) => string][] = [
  ['as a URL, then decoded', (url) => decodeURIComponent(new URL(url, 'http://host').pathname)],
  ['decoded, then made whole', (url) => posix.normalize(decodeURIComponent(url.split('?')[0]!))],
  ['cut at a semicolon, decoded', (url) => decodeURIComponent(url.split(/[?;]/)[0]!).replace(/\/$/, '')],
]
for (const [sentence, read] of programs) {
  test(`G1: the table says how a program on node:http reads a path: ${sentence}`, async (t) => {
    const pages: Record<string, string> = { ...files, '/login.txt': '/login.txt' }
    const server = createServer((req, res) => {
      try {
        res.end(pages[read(req.url!)] ?? '')
      } catch {
        res.writeHead(400).end()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    await compare(t, sentence, (server.address() as AddressInfo).port, 'node', '/login.txt')
  })
}

async function compare(t: TestContext, name: string, port: number, table: ServerName, login: string): Promise<void> {
  const pages = [...Object.keys(files), login]
  const asked = new Map<string, Promise<string | null>>()
  const fileOf = (path: string) => {
    const known = asked.get(path) ?? ask(port, path, pages)
    asked.set(path, known)
    return known
  }
  const paths = corpus(pages)
  let surprising = 0
  await inParallel(8, paths, async (raw) => {
    const target = understood(raw)
    if (target === null) return // refused: nobody reads it
    const [asItCame, forwarded] = [await fileOf(raw), await fileOf(target.path)]
    if (forwarded !== null && forwarded !== target.path) surprising++
    for (const entry of new Set([table, 'any'] as const)) {
      const all = readings(target.path, target.rawPath, entry)
      if (all === null) continue
      const names = all.map((way) => comparable(way, false))
      for (const file of [asItCame, forwarded]) {
        if (file === null) continue
        assert.ok(
          names.some((way) => isNamed(way, file)),
          `${name}: ${raw} is ${file}, not one of ${names} (${entry})`,
        )
      }
      const meaning = meaningOf(entry, login, target)
      if (meaning === null || forwarded === null) continue
      if (meaning.isPublic) assert.match(forwarded, /^\/public\//, `${name}: ${raw} is public to the rules (${entry})`)
      if (forwarded === login) assert.notEqual(meaning.login, null, `${name}: ${raw} is a sign-in (${entry})`)
    }
  })
  const found = (await Promise.all(asked.values())).filter((file) => file !== null).length
  t.diagnostic(`${name}: ${asked.size} paths, ${found} found, ${surprising} that a plain reading would not find`)
  assert.ok(found > 20 && surprising > 0, `${name}: a corpus that finds nothing proves nothing`)
}

function meaningOf(server: ServerName, login: string, target: Target) {
  const rule = { method: 'GET', path: login, success: { status: [302] } }
  try {
    return compileRules({ server, public: ['/public/*'], login: [rule], logout: [] })('GET', target)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** A script runs for what follows its name too (PATH_INFO), a page may do without its ending (MultiViews), a slash is nothing. */
function isNamed(way: string, file: string): boolean {
  const named = (name: string) => way === name || way.startsWith(`${name}/`)
  return named(file) || named(file.replace(/\.\w+$/, ''))
}

function understood(url: string): Target | null {
  try {
    const request = {
      method: 'GET',
      url,
      httpVersionMajor: 1,
      rawHeaders: ['Host', 'localhost'],
      headers: { host: 'localhost' },
    }
    return canonicalRequest(request as unknown as IncomingMessage)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

/** The file that a server takes a path for; null: none, or refused. */
async function ask(port: number, path: string, pages: readonly string[]): Promise<string | null> {
  if (/[\0-\x20]/.test(path)) return null
  const { head, body } = await getRaw(port, path)
  if (!/^HTTP\/1\.[01] 200\b/.test(head)) return null
  return pages.find((page) => body.includes(page)) ?? null
}

async function inParallel<T>(many: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: many }, worker))
}

// Whose sessions the little site has: one of each, started afresh for every cell.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { server } from '../../test/servers/servers.ts'
import { Child } from '../child.ts'
import { moduleFolder } from '../gateway/httpd.ts'
import { Program } from '../gateway/program.ts'
import { versionOf } from '../packages.ts'
import { httpd } from './httpd.ts'

export interface Contender {
  readonly name: string
  /** Its version, as the run found it. */
  version(): Promise<string>
  /** What of it is used, in a sentence. */
  readonly setUp: string
  /** The page that its set-up follows. */
  readonly follows: string
  /** The fields of its sign-in form. */
  readonly form: { readonly user: string; readonly password: string }
  /** Files in which its sessions are; null where it has no store. */
  readonly store: ((folder: string) => readonly string[]) | null
  /** What cannot be tried on it, and why. */
  readonly notApplicable: Readonly<Record<string, string>>
  start(folder: string): Promise<Started>
}

export interface Started {
  readonly port: number
  stop(): Promise<void>
}

const FORM = { user: 'user', password: 'password' }
const NO_STORE = 'it has no store: the session is in the cookie'

export const contenders: readonly Contender[] = [
  {
    ...ofNode('coatcheck', 'coatcheck.ts', []),
    version: async () => 'this checkout',
    setUp: '@coatcheck/session on SQLite',
    follows: 'README.md',
    store: (folder) => ['', '-wal', '-touches', '-touches-wal'].map((end) => join(folder, `store${end}`)),
  },
  {
    ...ofNode('express-session', 'express-session.ts', []),
    setUp: 'with express and its MemoryStore; `secure`, `resave: false`, `saveUninitialized: false`, `regenerate`',
    follows: 'https://github.com/expressjs/session/blob/master/README.md',
  },
  {
    ...ofNode('@fastify/session', 'fastify-session.ts', []),
    setUp: 'with @fastify/cookie and the store it brings; `saveUninitialized: false`, `regenerate`, `destroy`',
    follows: 'https://github.com/fastify/session/blob/main/README.md',
  },
  {
    ...ofNode('iron-session', 'iron-session.ts', []),
    setUp: 'as it comes; `destroy`',
    follows: 'https://github.com/vvo/iron-session/blob/main/README.md',
    store: null,
    notApplicable: { 'F5-stolen-store': NO_STORE, 'F5-readable-store': NO_STORE },
  },
  {
    ...ofNode('better-auth', 'better-auth.ts', []),
    setUp: 'email and password on SQLite; what the site keeps in additional fields of the session',
    follows: 'https://www.better-auth.com/docs/concepts/session-management',
    store: (folder) => [join(folder, 'store')],
  },
  {
    ...ofNode('better-auth', 'better-auth.ts', ['cache']),
    name: 'with-cache',
    setUp: 'better-auth, the same, with its `cookieCache` for five minutes',
    follows: 'https://www.better-auth.com/docs/concepts/session-management#cookie-cache',
    store: (folder) => [join(folder, 'store')],
  },
  {
    name: 'httpd',
    version: async () => said(await found()),
    setUp: 'Apache: mod_auth_form with mod_session_cookie and mod_session_crypto before the site',
    follows: 'https://httpd.apache.org/docs/2.4/mod/mod_auth_form.html',
    form: { user: 'httpd_username', password: 'httpd_password' },
    store: null,
    notApplicable: {
      'F5-stolen-store': NO_STORE,
      'F5-readable-store': NO_STORE,
      'lost-update': 'it keeps who signed in, and nothing else: the site behind it counts by itself',
    },
    async start() {
      const modules = moduleFolder()
      if (modules === null) throw new Error('mod_session_crypto is in none of the folders of httpd’s modules')
      const site = await Child.start('scoreboard/sites/behind-httpd.ts', [], null)
      try {
        const gate = await Program.start(httpd(await found(), modules, site.port), null)
        return { port: gate.port, stop: async () => void (await Promise.all([gate.stop(), site.stop()])) }
      } catch (error) {
        await site.stop()
        throw error
      }
    },
  },
]

function ofNode(name: string, file: string, args: readonly string[]) {
  return {
    name,
    version: async () => versionOf(name),
    form: FORM,
    store: (folder: string): readonly string[] => [join(folder, 'store')],
    notApplicable: {},
    async start(folder: string): Promise<Started> {
      const child = await Child.start(`scoreboard/sites/${file}`, [join(folder, 'store'), ...args], null)
      return { port: child.port, stop: () => child.stop() }
    },
  }
}

async function found(): Promise<string> {
  const at = await server('apache2')
  if ('missing' in at) throw new Error(at.missing)
  return at.path
}

function said(path: string): string {
  const output = execFileSync(path, ['-v'], { encoding: 'utf8' })
  return /\/([\d.]+)/.exec(output)?.[1] ?? ''
}

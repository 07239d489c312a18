// Who stands before the application, each doing the same: its members' pages come through, with their own sessions.

import { execFileSync } from 'node:child_process'
import { server } from '../../test/servers/servers.ts'
import { Child } from '../child.ts'
import type { Cores } from '../cores.ts'
import { versionOf } from '../packages.ts'
import type { Measured } from '../turn.ts'
import { httpd, moduleFolder, passGate } from './httpd.ts'
import { nginx } from './nginx.ts'
import { Program } from './program.ts'

export interface Contender {
  readonly name: string
  readonly title: string
  /** Whether it keeps the application's cookies itself, so that the browser has none of them. */
  readonly keepsCookies: boolean
  /** @param file - where it may keep sessions. @throws Missing where this machine has not got it */
  start(application: number, cores: Cores | null, file: string): Promise<Started>
}

export interface Started {
  readonly measured: Measured
  readonly version: string
  /** What a browser has to have before it is let through to the application. */
  readonly jar: string
}

/** A server that is not on this machine: the others are measured without it. */
export class Missing extends Error {}

export const contenders: readonly Contender[] = [
  peer('dispatch', 'undici Pool.dispatch', 'undici', 'forwarder-dispatch.ts'),
  peer('stream', 'undici Pool.stream', 'undici', 'forwarder-stream.ts'),
  gateway('gateway', 'coatcheck gateway', () => []),
  gateway('sqlite', 'coatcheck gateway, SQLite', (file) => [`sqlite:${file}`]),
  {
    name: 'workers',
    title: 'the same, 2 workers',
    keepsCookies: true,
    start: async (application, cores, file) => {
      const both = cores === null ? null : `${cores.measured},${cores.second}`
      const measured = await Child.start('servers/workers.ts', [String(application), file, '2'], both)
      return { measured, version: '', jar: '' }
    },
  },
  peer('http-proxy-3', 'http-proxy-3', 'http-proxy-3', 'servers/http-proxy-3.ts'),
  peer('httpxy', 'httpxy', 'httpxy', 'servers/httpxy.ts'),
  peer('fastify', '@fastify/http-proxy', '@fastify/http-proxy', 'servers/fastify.ts'),
  {
    name: 'httpd',
    title: 'Apache mod_auth_form',
    keepsCookies: false,
    start: async (application, cores) => {
      const path = await found('apache2')
      const modules = moduleFolder()
      if (modules === null) throw new Missing('mod_session_crypto is in none of the folders of httpd’s modules')
      const measured = await Program.start(httpd(path, modules, application), on(cores))
      return { measured, version: said(path), jar: await passGate(measured.port) }
    },
  },
  {
    name: 'nginx',
    title: 'nginx proxy_pass',
    keepsCookies: false,
    start: async (application, cores) => {
      const path = await found('nginx')
      return { measured: await Program.start(nginx(path, application), on(cores)), version: said(path), jar: '' }
    },
  },
]

function peer(name: string, title: string, ofPackage: string, file: string): Contender {
  const start = async (application: number, cores: Cores | null) => {
    const measured = await Child.start(file, [String(application)], on(cores))
    return { measured, version: versionOf(ofPackage), jar: '' }
  }
  return { name, title, keepsCookies: false, start }
}

function gateway(name: string, title: string, store: (file: string) => string[]): Contender {
  const start = async (application: number, cores: Cores | null, file: string) => {
    const measured = await Child.start('servers/gateway.ts', [String(application), ...store(file)], on(cores))
    return { measured, version: '', jar: '' }
  }
  return { name, title, keepsCookies: true, start }
}

function on(cores: Cores | null): number | null {
  return cores?.measured ?? null
}

/** As the tests find it: installed, where they may. */
async function found(name: 'apache2' | 'nginx'): Promise<string> {
  const at = await server(name)
  if ('missing' in at) throw new Missing(at.missing)
  return at.path
}

/** `Server version: Apache/2.4.71 (Debian)`, and nginx says it where errors go. */
function said(path: string): string {
  const output = execFileSync('sh', ['-c', '"$0" -v 2>&1', path], { encoding: 'utf8' })
  return /\/([\d.]+)/.exec(output)?.[1] ?? ''
}

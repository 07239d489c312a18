/**
 * Real shared caches before a site: nginx, Apache httpd, Squid, Varnish and HAProxy, each with a configuration and a folder of its own. They end
 * with `close`, or with this process, however that ends.
 */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { keep, type Program } from '../../../examples/aspnet/keep.ts'
import { freePorts } from '../../../examples/aspnet/ports.ts'
import { requireServers } from '../../../test/servers/servers.ts'
import type { Cache } from '../cache.ts'
import { type ApacheMistakes, apacheConfiguration } from './apache.ts'
import { type HaproxyMistakes, haproxyConfiguration } from './haproxy.ts'
import { type NginxMistakes, nginxConfiguration } from './nginx.ts'
import { type SquidMistakes, squidConfiguration } from './squid.ts'
import { type VarnishMistakes, varnishProgram } from './varnish.ts'

export type RealCache = { name: string } & (
  | { nginx: NginxMistakes }
  | { apache: ApacheMistakes }
  | { squid: SquidMistakes }
  | { varnish: VarnishMistakes }
  | { haproxy: HaproxyMistakes }
)

/** What has to be there for them. */
export const realCacheServers = () => requireServers('nginx', 'apache2', 'squid', 'varnishd', 'haproxy')

const PATIENCE = 10_000
const ATTEMPTS = 5

/**
 * Starts one, and resolves when it takes connections.
 *
 * @param upstream - `http://127.0.0.1:8080`
 * @throws Error with the program's last lines
 * @example
 * const cache = await startRealCache({ name: 'nginx', nginx: [] }, 'http://127.0.0.1:8080')
 * await cache.close()
 */
export async function startRealCache(kind: RealCache, upstream: string): Promise<Cache> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(kind, upstream)
    } catch (error) {
      // Neither can be told to take a free port: the one found for it may be taken before it gets there.
      const taken = error instanceof Error && /Address already in use/i.test(error.message)
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}

async function startOnce(kind: RealCache, upstream: string): Promise<Cache> {
  const [port] = await freePorts('127.0.0.1', [0])
  const folder = await mkdtemp(join(tmpdir(), 'cache-'))
  // Where root starts httpd, it goes on as somebody else.
  await chmod(folder, 0o755)
  for (const name of ['cache', 'site', 'home']) await mkdir(join(folder, name))
  await chmod(join(folder, 'cache'), 0o777)
  const program = await prepare(kind, folder, port!, upstream)
  const kept = keep({ folder, programs: [program], env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home') } })
  try {
    const failed = kept.gone.then(async ({ reason }) => {
      const log = await readFile(join(folder, `${program.name}.log`), 'utf8').catch(() => '')
      throw new Error(`${kind.name} ${reason}\n${log.trimEnd()}`)
    })
    failed.catch(() => {})
    await Promise.race([failed, listening(port!)])
  } catch (error) {
    await kept.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return { url: `http://127.0.0.1:${port}`, close: kept.close }
}

async function prepare(kind: RealCache, folder: string, port: number, upstream: string): Promise<Program> {
  const { paths } = await realCacheServers()
  const file = join(folder, 'server.conf')
  // Each as one process: workers would outlive a master that is killed, and nobody would collect them.
  if ('nginx' in kind) {
    await writeFile(file, nginxConfiguration(folder, port, upstream, kind.nginx))
    return { name: 'nginx', command: paths.nginx, args: ['-e', 'stderr', '-p', folder, '-c', file] }
  }
  if ('squid' in kind) {
    await writeFile(file, squidConfiguration(folder, port, upstream, kind.squid))
    return { name: 'squid', command: paths.squid, args: ['-N', '-d', '1', '-f', file] }
  }
  if ('varnish' in kind) {
    await writeFile(file, varnishProgram(upstream, kind.varnish))
    // Its worker ends with its master, which holds the other end of a pipe.
    const args = [
      '-F',
      '-j',
      'none',
      '-a',
      `127.0.0.1:${port}`,
      '-T',
      'none',
      '-n',
      join(folder, 'varnish'),
      '-f',
      file,
    ]
    return { name: 'varnish', command: paths.varnishd, args: [...args, '-s', 'malloc,16m'] }
  }
  if ('haproxy' in kind) {
    await writeFile(file, haproxyConfiguration(port, upstream, kind.haproxy))
    return { name: 'haproxy', command: paths.haproxy, args: ['-db', '-f', file] }
  }
  await writeFile(file, apacheConfiguration(folder, port, upstream, kind.apache))
  return { name: 'apache', command: paths.apache2, args: ['-d', folder, '-f', file, '-X'] }
}

async function listening(port: number): Promise<void> {
  const end = performance.now() + PATIENCE
  while (performance.now() < end) {
    if (await takesConnections(port)) return
    await sleep(20)
  }
  throw new Error(`nothing listens on port ${port} after ${PATIENCE / 1000} s`)
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/**
 * Finch Records: a forms-authentication ASP.NET site of the 2000s, on Mono behind nginx. It is the platform of which
 * the documents in `seeds/` speak, and it is here to be attacked: see README.md and `attacks/`.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Kept, keep, type Program } from './keep.ts'
import { nginxConfiguration } from './nginx.ts'
import { freePorts } from './ports.ts'
import { ready } from './ready.ts'
import { readServed, type Served } from './served.ts'

export type AspnetOptions = {
  /** The address to listen on. Default 127.0.0.1: the site is for looking at, not for serving. */
  host: string
  /** The port for plain http. Default 0, a free one. */
  port: number
  /** A second listener, on https, with the same cookies (F1). Default none. */
  https: { port: number; cert: string | Buffer; key: string | Buffer } | undefined
  /** Seconds that a sign-in ticket lives; used after half of them, it is renewed. Default: the platform's 30 minutes. */
  ticketSeconds: number | undefined
  /** Session ids stand in the path (`cookieless="UseUri"`) instead of in a cookie. Default: as the platform has it, they do not. */
  cookieless: boolean
  /** The programs, where they are not on PATH or in /usr/sbin. */
  nginx: string
  monoFastcgi: string
}

export type AspnetSite = {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** `https://127.0.0.1:PORT`, where there is such a listener. */
  httpsUrl: string | undefined
  served(): Promise<Served[]>
  close(): Promise<void>
}

export type { Served }

export const users = [
  { name: 'alice', password: 'wonderland' },
  { name: 'bob', password: 'builder' },
] as const

const defaults: AspnetOptions = {
  host: '127.0.0.1',
  port: 0,
  https: undefined,
  ticketSeconds: undefined,
  cookieless: false,
  nginx: 'nginx',
  monoFastcgi: 'fastcgi-mono-server4',
}

const ATTEMPTS = 5

/**
 * Starts the site, and resolves when it answers. Its programs and its folder go with `close`, or with this process.
 *
 * @throws Error that names the program which failed, with its last lines.
 * @example
 * const site = await startAspnet()
 * console.log(await (await fetch(`${site.url}/WhoAmI.aspx`)).text())
 * await site.close()
 */
export async function startAspnet(changes: Partial<AspnetOptions> = {}): Promise<AspnetSite> {
  const options = { ...defaults, ...changes }
  const choosesPort = options.port === 0 || options.https?.port === 0
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options)
    } catch (error) {
      // nginx cannot be told to take a free port: the one found for it may be taken before it gets there.
      const taken = error instanceof Error && error.message.includes('Address already in use')
      if (!taken || !choosesPort || attempt === ATTEMPTS) throw error
    }
  }
}

async function startOnce(options: AspnetOptions): Promise<AspnetSite> {
  const [port, httpsPort] = await freePorts(options.host, [options.port, options.https?.port ?? 0])
  const folder = await mkdtemp(join(tmpdir(), 'finch-'))
  let kept: Kept | undefined
  try {
    await prepare(folder, options, port!, httpsPort!)
    kept = keep({ folder, programs: programs(folder, options), env: environment(folder) })
    const url = `http://${options.host}:${port}`
    await ready(url, kept.gone, folder)
    return {
      url,
      httpsUrl: options.https && `https://${options.host}:${httpsPort}`,
      served: () => readServed(folder),
      close: kept.close,
    }
  } catch (error) {
    await kept?.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function prepare(folder: string, options: AspnetOptions, port: number, httpsPort: number): Promise<void> {
  // ASP.NET writes into its site's folder, so it gets a copy.
  const site = join(folder, 'site')
  await cp(fileURLToPath(new URL('site', import.meta.url)), site, { recursive: true })
  for (const name of ['site/App_Data', 'nginx', 'home', 'tmp']) await mkdir(join(folder, name))
  await writeFile(join(site, 'App_Data/served.txt'), '')
  if (options.ticketSeconds !== undefined) {
    const setting = `key="TicketSeconds" value="${options.ticketSeconds}"`
    await replaceIn(join(site, 'web.config'), 'key="TicketSeconds" value=""', setting)
  }

  if (options.cookieless) {
    await replaceIn(
      join(site, 'web.config'),
      '<sessionState mode="InProc"',
      '<sessionState mode="InProc" cookieless="UseUri"',
    )
  }

  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  if (options.https) {
    await writeFile(certFile, options.https.cert)
    await writeFile(keyFile, options.https.key)
  }
  const https = options.https && { port: httpsPort, certFile, keyFile }
  await writeFile(join(folder, 'nginx/nginx.conf'), nginxConfiguration(folder, { host: options.host, port, https }))
}

async function replaceIn(file: string, before: string, after: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(before, after))
}

/** What both programs, and the compilers that Mono starts, are told. */
function environment(folder: string): Record<string, string> {
  return {
    // Debian keeps servers where a user's PATH does not look.
    PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
    LANG: 'C.UTF-8',
    // Mono keeps its machine key, and what it compiled, here.
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    // Windows does not tell Login.aspx from login.aspx.
    MONO_IOMAP: 'all',
    // A request that waits for a session's lock holds a thread; Mono adds threads one at a time, each half a second.
    MONO_THREADS_PER_CPU: '50',
    MONO_DISABLE_SHARED_AREA: '1',
  }
}

function programs(folder: string, { monoFastcgi, nginx }: AspnetOptions): Program[] {
  return [
    {
      name: 'mono',
      command: monoFastcgi,
      args: ['--applications=/:.', '--socket=unix', `--filename=${folder}/mono.sock`, '--printlog=True'],
    },
    {
      name: 'nginx',
      command: nginx,
      args: ['-e', 'stderr', '-p', `${folder}/nginx`, '-c', `${folder}/nginx/nginx.conf`],
    },
  ]
}

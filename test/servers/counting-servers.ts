/**
 * Real servers that say what they counted: nginx and Apache httpd as proxies of an application, that application itself
 * (node:http), and PHP's own server. Each names, for every request, what it read: in its log, and in its answer.
 *
 * An answer's `X-Seen` is method and target as the last program in the row read them, `X-Body` what it took for the body.
 */
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keep, type Program } from '../../examples/aspnet/keep.ts'
import { freePorts } from '../../examples/aspnet/ports.ts'
import { answering, MODULE_FOLDERS } from './folder-servers.ts'

export type CountingServer = {
  port: number
  /** What it read so far, in order: `GET /path`. What it could not read is in here as well, as it stands in its log. */
  counted(): Promise<string[]>
  /** The same of the application behind it; null where it is that itself. */
  behind(): string[] | null
  close(): Promise<void>
}

export const countingServers = ['node', 'nginx', 'apache2', 'php'] as const
export type CountingServerName = (typeof countingServers)[number]

/**
 * Starts one, and resolves when it answers.
 *
 * @param program - where it is (`requireServer`); for node it does not matter
 */
export async function startCountingServer(name: CountingServerName, program: string): Promise<CountingServer> {
  const application = await startApplication()
  if (name === 'node') {
    const { port, counted, close } = application
    return { port, counted: async () => counted, behind: () => null, close }
  }
  try {
    return await startProgram(name, program, application)
  } catch (error) {
    await application.close()
    throw error
  }
}

type Application = { port: number; counted: string[]; close(): Promise<void> }

async function startApplication(): Promise<Application> {
  const counted: string[] = []
  const server = createServer({ keepAliveTimeout: 60_000 }, async (req, res) => {
    counted.push(`${req.method} ${req.url}`)
    try {
      const body = await bodyOf(req)
      res.setHeader('X-Seen', `${req.method} ${req.url}`).setHeader('X-Body', encodeURIComponent(body)).end('seen')
    } catch {
      res.destroy() // who sent it went away in the middle of it
    }
  })
  server.on('clientError', (error: Error & { rawPacket?: Buffer; code?: string }, socket: Socket) => {
    if (error.code !== 'ECONNRESET' && error.rawPacket !== undefined) {
      counted.push(`could not read: ${error.message}: ${error.rawPacket.toString('latin1')}`)
    }
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, counted, close: () => closed(server) }
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of req.setEncoding('latin1')) body += chunk
  return body
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

async function startProgram(
  name: Exclude<CountingServerName, 'node'>,
  program: string,
  application: Application,
): Promise<CountingServer> {
  const [port] = (await freePorts('127.0.0.1', [0])) as [number]
  const folder = await mkdtemp(join(tmpdir(), 'counting-server-'))
  await chmod(folder, 0o755) // where root starts httpd, it goes on as somebody else
  for (const inner of ['site', 'temp']) await mkdir(join(folder, inner))
  const log = join(folder, 'counted.log')
  await writeFile(log, '')
  await chmod(log, 0o666)
  const toRun = await prepare(name, program, folder, port, application.port)
  const env = { PATH: process.env.PATH ?? '', HOME: folder, LANG: 'C.UTF-8', PHP_CLI_SERVER_WORKERS: '4' }
  const kept = keep({ folder, programs: [{ name, ...toRun }], env })
  const close = async () => {
    await kept.close()
    await application.close()
    await rm(folder, { recursive: true, force: true })
  }
  const output = () => readFile(join(folder, `${name}.log`), 'utf8').catch(() => '')
  try {
    const failed = kept.gone.then(async ({ reason }) => {
      throw new Error(`${name} ${reason}\n${await output()}`)
    })
    failed.catch(() => {})
    await Promise.race([failed, answering(port)])
  } catch (error) {
    await close()
    throw error
  }
  const isProxy = name !== 'php'
  return {
    port,
    counted: async () => {
      const lines = (await readFile(log, 'latin1')).split('\n').filter((line) => line !== '')
      const unread = isProxy ? [] : ((await output()).match(/Invalid request \(Malformed.*/g) ?? [])
      return [...lines.map(unescaped), ...unread]
    },
    behind: () => (isProxy ? application.counted : null),
    close,
  }
}

/** As both servers write bytes that are not printable, quotes and backslashes. */
function unescaped(line: string): string {
  const plain = line.replace(/\\x([0-9a-f]{2})|\\(["\\])/gi, (_all, hex: string | undefined, sign: string) =>
    hex === undefined ? sign : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return plain.replace(/ HTTP\/1\.[01]$/, '')
}

async function prepare(
  name: Exclude<CountingServerName, 'node'>,
  command: string,
  folder: string,
  port: number,
  behind: number,
): Promise<Omit<Program, 'name'>> {
  switch (name) {
    case 'nginx':
      await writeFile(join(folder, 'nginx.conf'), nginxConfiguration(folder, port, behind))
      return { command, args: ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')] }
    case 'apache2':
      await writeFile(join(folder, 'httpd.conf'), apacheConfiguration(folder, port, behind))
      return { command, args: ['-d', folder, '-f', join(folder, 'httpd.conf'), '-DFOREGROUND'] }
    case 'php':
      await writeFile(join(folder, 'router.php'), phpRouter(join(folder, 'counted.log')))
      return { command, args: ['-S', `127.0.0.1:${port}`, join(folder, 'router.php')] }
  }
}

function nginxConfiguration(folder: string, port: number, behind: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid "${folder}/nginx.pid";
error_log stderr crit;
events { worker_connections 1024; }
http {
  log_format read "$request";
  access_log "${folder}/counted.log" read;
${temporary.map((each) => `  ${each}_temp_path "${folder}/temp/${each}";`).join('\n')}
  upstream behind { server 127.0.0.1:${behind}; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`
}

const APACHE_MODULES = ['mpm_event', 'authz_core', 'unixd', 'log_config', 'proxy', 'proxy_http']

function apacheConfiguration(folder: string, port: number, behind: number): string {
  const modules = MODULE_FOLDERS.find((path) => existsSync(join(path, 'mod_proxy_http.so')))
  if (modules === undefined) throw new Error(`mod_proxy_http.so is in none of ${MODULE_FOLDERS.join(', ')}`)
  const load = (name: string) => `<IfModule !${name}_module>
  LoadModule ${name}_module "${modules}/mod_${name}.so"
</IfModule>`
  return `ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ErrorLog /dev/stderr
LogLevel crit
ServerName 127.0.0.1
User #65534
Group #65534
${APACHE_MODULES.map(load).join('\n')}
Listen 127.0.0.1:${port}
StartServers 1
ServerLimit 1
ThreadsPerChild 64
MaxRequestWorkers 64
KeepAliveTimeout 60
MaxKeepAliveRequests 0
LogFormat "%r" read
CustomLog "${folder}/counted.log" read
ProxyPass "/" "http://127.0.0.1:${behind}/"
<Location "/">
  Require all granted
</Location>
`
}

function phpRouter(log: string): string {
  return `<?php
$seen = $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['REQUEST_URI'];
file_put_contents('${log}', $seen . "\\n", FILE_APPEND | LOCK_EX);
header('X-Seen: ' . $seen);
header('X-Body: ' . rawurlencode(file_get_contents('php://input')));
header('Content-Length: 4');
echo 'seen';
`
}

// A real `coatcheck serve` with several workers, an application behind it, and connections that stay with one worker.

import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, createServer, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { handshakeAnswer } from '../../../gateway/src/testing/websocket.ts'

const command = join(import.meta.dirname, '../../bin/coatcheck.js')
const OWN = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The Cookie header from then on; null where it stays. */
  readonly cookie: string | null
  /** Of the client's end, which tells whether it was the same connection. */
  readonly port: number | undefined
}

/** One connection, kept alive. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #port: number

  constructor(t: TestContext, port: number) {
    this.#port = port
    t.after(() => this.#agent.destroy())
  }

  async ask(path: string, headers: OutgoingHttpHeaders = {}, form?: string): Promise<Answer> {
    const req = request({
      host: '127.0.0.1',
      port: this.#port,
      path,
      agent: this.#agent,
      method: form === undefined ? 'GET' : 'POST',
      headers: { Host: `localhost:${this.#port}`, ...OWN, ...(form !== undefined && FORM), ...headers },
    })
    req.end(form)
    const [res] = (await once(req, 'response')) as [IncomingMessage]
    const port = res.socket.localPort
    let body = ''
    for await (const chunk of res) body += chunk
    const line = res.headers['set-cookie']?.[0]?.split(';')[0] ?? null
    return { status: res.statusCode ?? 0, headers: res.headers, body, cookie: line, port }
  }

  signIn(user: string): Promise<Answer> {
    return this.ask('/login', {}, `user=${user}`)
  }

  /** Opens a WebSocket on a connection of its own, which the next worker gets. Resolves with it, once it is open. */
  async socket(cookie: string): Promise<Socket> {
    const Origin = `http://localhost:${this.#port}`
    const headers = {
      Host: `localhost:${this.#port}`,
      Origin,
      'Sec-Fetch-Site': 'same-origin',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
      Cookie: cookie,
    }
    const req = request({ host: '127.0.0.1', port: this.#port, path: '/socket', headers, agent: false }).end()
    const [, socket] = (await once(req, 'upgrade')) as [IncomingMessage, Socket]
    return socket.resume()
  }
}

export interface Application {
  readonly port: number
  /** `arrived`: somebody asks for /slow; `release`: it is answered. */
  readonly slow: EventEmitter
}

/** Signs in whoever asks, tells the cookies that come, sends back what is posted to /back, and takes WebSockets. */
export async function startApplication(t: TestContext): Promise<Application> {
  const slow = new EventEmitter()
  const sockets: Socket[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    if (req.url === '/slow') return void slow.once('release', () => res.end('done')).emit('arrived')
    if (req.url === '/login') res.setHeader('Set-Cookie', `app=${body.replace('user=', '')}`)
    if (req.url === '/begin') res.setHeader('Set-Cookie', 'robot=1')
    res.end(req.url === '/back' ? `posted: ${body}, cookies: ${req.headers.cookie}` : (req.headers.cookie ?? 'none'))
  })
  server.on('upgrade', (req, socket: Socket) => {
    sockets.push(socket.on('error', () => {}))
    socket.write(handshakeAnswer(req))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    slow.emit('release')
    server.close()
    server.closeAllConnections()
    for (const socket of sockets) socket.destroy()
  })
  return { port: (server.address() as AddressInfo).port, slow }
}

export class Served {
  readonly child: ChildProcess
  readonly folder: string
  readonly file: string
  port = 0
  stdout = ''
  stderr = ''
  readonly #t: TestContext

  constructor(t: TestContext, child: ChildProcess, folder: string, file: string) {
    this.#t = t
    this.child = child
    this.folder = folder
    this.file = file
    child.stdout?.on('data', (chunk) => (this.stdout += chunk))
    child.stderr?.on('data', (chunk) => (this.stderr += chunk))
  }

  connect(): Connection {
    return new Connection(this.#t, this.port)
  }

  /** Connections to both of two workers, each with somebody signed in there: connections are handed round. */
  async connectBoth(): Promise<[Connection, Connection]> {
    const both = [this.connect(), this.connect()] as [Connection, Connection]
    for (const [i, connection] of both.entries()) await connection.signIn(`visitor-${i}`)
    await this.says(/visitor-0 signed in/)
    await this.says(/visitor-1 signed in/)
    assert.notEqual(this.workerOf('visitor-0'), this.workerOf('visitor-1'))
    return both
  }

  /** The number of the worker in which somebody signed in. */
  workerOf(user: string): number {
    const line = this.stdout.split('\n').find((one) => one.includes(`${user} signed in`))
    return Number(
      /"worker":(\d+)|worker (\d+)/
        .exec(line ?? '')
        ?.slice(1)
        .find(Boolean),
    )
  }

  /** The workers, by process id. */
  get workers(): number[] {
    return processes()
      .filter(({ parent }) => parent === this.child.pid)
      .map(({ pid }) => pid)
  }

  /** Resolves once it was said, on whichever stream. */
  async says(what: RegExp): Promise<void> {
    await until(() => what.test(this.stdout + this.stderr), `it never said ${what}:\n${this.stdout}${this.stderr}`)
  }

  /** Resolves to the exit code, or the signal. */
  async over(): Promise<number | NodeJS.Signals> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close')
    return this.child.exitCode ?? (this.child.signalCode as NodeJS.Signals)
  }
}

export interface Setting {
  /** Keys of the site, a line. */
  readonly site?: string
  /** Other keys of the file, one a line. */
  readonly file?: string
  readonly listen?: string
  readonly flags?: readonly string[]
  /** Makes what the configuration names. */
  readonly prepare?: (folder: string) => void
}

/** Resolves once it listens, or has ended. */
export async function serve(t: TestContext, app: Application, setting: Setting = {}): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-workers-'))
  const file = join(folder, 'coatcheck.yaml')
  await writeFile(file, configuration(app.port, setting))
  setting.prepare?.(folder)
  const args = [command, 'serve', '--config', file, '--no-watch', ...(setting.flags ?? [])]
  const served = new Served(t, spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }), folder, file)
  t.after(async () => {
    served.child.kill('SIGKILL')
    await served.over()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  await until(() => served.child.exitCode !== null || LISTENS.test(served.stdout), 'it never listened')
  served.port = Number(LISTENS.exec(served.stdout)?.[1])
  return served
}

const LISTENS = / on https?:\/\/localhost:(\d+)/

export function configuration(
  port: number,
  { site = '', file = '', listen = 'http://localhost:0' }: Setting = {},
): string {
  return `listen: ['${listen}']
store: sqlite:./coatcheck.db
workers: 2
${file}
sites:
  - upstream: http://127.0.0.1:${port}
    login: { path: /login, user: { field: user }, success: { setsCookie: app } }
    logout: { path: /logout }
    ${site}
`
}

export function processes(): { readonly pid: number; readonly parent: number }[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return rows.map((row) => {
    const [pid, parent] = row.trim().split(/\s+/).map(Number)
    return { pid: pid as number, parent: parent as number }
  })
}

export async function until(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
  const patience = performance.now() + 60_000
  while (!(await holds())) {
    assert(performance.now() < patience, otherwise)
    await sleep(5)
  }
}

// A site in a process of its own on an SQLite file, and what its visitors see of it.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'

export interface Page {
  readonly user: string | null
  /** How often its store has been read. */
  readonly reads: number
  /** When the request was sent, and when it was handled: microseconds on a clock that all processes share. */
  readonly sentAt: number
  readonly at: number
  /** The Cookie header from then on. */
  readonly cookie: string
}

export class OtherServer {
  readonly #child: ChildProcess
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true })

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.#port = port
  }

  static async start(file: string): Promise<OtherServer> {
    const child = fork(fileURLToPath(new URL('./server-process.ts', import.meta.url)), [file], { execArgv: [] })
    const [port] = (await once(child, 'message')) as [number]
    return new OtherServer(child, port)
  }

  /** What a browser sends that goes to a page of the site. */
  visit(path: string, cookie = ''): Promise<Page> {
    const method = path === '/' ? 'GET' : 'POST'
    const headers = {
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      cookie,
    }
    return new Promise((resolve, reject) => {
      const sentAt = microseconds()
      const req = request({ agent: this.#agent, port: this.#port, host: '127.0.0.1', path, method, headers }, (res) => {
        let body = ''
        res.setEncoding('utf8')
        res.on('data', (chunk) => {
          body += chunk
        })
        res.on('end', () => {
          const [set] = res.headers['set-cookie'] ?? []
          resolve({ ...JSON.parse(body), sentAt, cookie: set?.slice(0, set.indexOf(';')) ?? cookie })
        })
      })
      req.on('error', reject)
      req.end()
    })
  }

  async close(): Promise<void> {
    this.#agent.destroy()
    if (this.#child.exitCode !== null) return
    const gone = once(this.#child, 'exit')
    this.#child.disconnect()
    await gone
  }
}

function microseconds(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

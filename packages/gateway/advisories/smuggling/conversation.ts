// A client's connection, on which anything may be written, and a strict reading of what comes back: an answer that could
// be read in two ways is an error here.

import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  /** By lower-case name; lines of one name joined by `, `. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface Reading {
  /** All that are complete. */
  readonly answers: readonly RawAnswer[]
  /** Bytes behind them. */
  readonly rest: string
}

export class Conversation {
  readonly #socket: Socket
  #text = ''
  #closed = false
  #heard = Promise.withResolvers<void>()

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1')
    const hear = () => {
      this.#heard.resolve()
      this.#heard = Promise.withResolvers<void>()
    }
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      hear()
    })
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.#closed = true
      hear()
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  get text(): string {
    return this.#text
  }

  say(bytes: string): void {
    if (!this.#closed) this.#socket.write(bytes, 'latin1')
  }

  /**
   * Resolves when there are so many answers, or there will be no more.
   *
   * @param methods - those of the requests, in order
   * @throws Error where what came is not to be read in one way, or within `patience` milliseconds none of this comes true
   */
  async answers(count: number, methods: readonly string[], patience: number): Promise<Reading> {
    const until = performance.now() + patience
    for (;;) {
      const reading = readAnswers(this.#text, methods, this.#closed)
      if (reading.answers.length >= count || this.#closed) return reading
      const timer = setTimeout(() => this.#heard.resolve(), Math.max(1, until - performance.now()))
      await this.#heard.promise
      clearTimeout(timer)
      if (performance.now() >= until) throw new Error(`${reading.answers.length} answers of ${count}: ${this.#text}`)
    }
  }

  end(): void {
    this.#socket.destroy()
  }
}

const LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+: ?[^\r\n\0]*$/

/** @throws Error where a client could read it in another way */
export function readAnswers(text: string, methods: readonly string[], closed: boolean): Reading {
  const answers: RawAnswer[] = []
  let rest = text
  for (;;) {
    const end = rest.indexOf('\r\n\r\n')
    if (end === -1) return { answers, rest }
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([1-5]\d\d) [^\r\n\0]*$/.exec(first)?.[1])
    if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(first)}`)
    const wrong = lines.find((line) => !LINE.test(line))
    if (wrong !== undefined) throw new Error(`no header line: ${JSON.stringify(wrong)}`)
    const headers = new Map<string, string>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 1).trim()
      headers.set(name, headers.has(name) ? `${headers.get(name)}, ${value}` : value)
    }
    const behind = rest.slice(end + 4)
    if (status < 200 && status !== 101) {
      rest = behind
      continue
    }
    const isHead = methods[answers.length] === 'HEAD'
    const body = bodyOf(status, headers, behind, isHead, closed)
    if (body === null) return { answers, rest }
    answers.push({ status, headers, body: body.text })
    rest = behind.slice(body.length)
  }
}

/** Null where it is not complete. */
function bodyOf(
  status: number,
  headers: ReadonlyMap<string, string>,
  behind: string,
  isHead: boolean,
  closed: boolean,
): { readonly text: string; readonly length: number } | null {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (length !== undefined && coding !== undefined) throw new Error('an answer with a length and a coding')
  if (isHead || status === 204 || status === 304 || status === 101) return { text: '', length: 0 }
  if (coding !== undefined) {
    if (coding !== 'chunked') throw new Error(`a coding of ${coding}`)
    return chunksOf(behind)
  }
  if (length !== undefined) {
    if (!/^\d+$/.test(length)) throw new Error(`a length of ${length}`)
    return behind.length < Number(length) ? null : { text: behind.slice(0, Number(length)), length: Number(length) }
  }
  return closed ? { text: behind, length: behind.length } : null
}

function chunksOf(behind: string): { readonly text: string; readonly length: number } | null {
  let text = ''
  let at = 0
  for (;;) {
    const end = behind.indexOf('\r\n', at)
    if (end === -1) return null
    const size = behind.slice(at, end)
    if (!/^[0-9a-f]+$/i.test(size)) throw new Error(`a chunk size of ${JSON.stringify(size)}`)
    const from = end + 2
    const length = Number.parseInt(size, 16)
    if (behind.length < from + length + 2) return null
    if (behind.slice(from + length, from + length + 2) !== '\r\n')
      throw new Error('a chunk without its end, or trailers')
    text += behind.slice(from, from + length)
    at = from + length + 2
    if (length === 0) return { text, length: at }
  }
}

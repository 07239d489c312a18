// Where log lines go: standard output, without waiting for whoever reads it.
//
// A reader that is slow holds nothing up: lines wait in memory, up to a bound, and beyond it are dropped and counted. One
// that is gone ends nothing. Each write holds whole lines of at most 4 KiB, which a pipe takes in one piece, so that several
// processes can write to the same one (POSIX write(2), PIPE_BUF).

import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { type DestinationStream, destination } from 'pino'

/** Bytes that may wait for their reader. */
const MOST = 16 * 1024 * 1024
const ONE_PIECE = 4096
/** Milliseconds for which the end of the process waits for the reader. */
const PATIENCE = 1000

export interface Output extends DestinationStream {
  write(line: string): void
  /** Resolves when all is written, or after a second. */
  flush(): Promise<void>
}

/** @param fd - an open file; default: standard output */
export function openOutput(fd = 1): Output {
  const write = isPipe(fd) ? pipeWriter(fd) : fileWriter(fd)
  return new Queue(write)
}

/** Calls back when the piece is written, or never will be. */
type Write = (piece: string, done: () => void) => void

/** As a file it would be written in the thread pool, where one reader that stands still keeps the process from ending. */
function pipeWriter(fd: number): Write {
  const socket = new Socket({ fd, readable: false, writable: true })
  socket.on('error', () => {}) // its reader is gone: each write hears of it
  return (piece, done) => void socket.write(piece, () => done())
}

function fileWriter(fd: number): Write {
  const stream = destination({ dest: fd, sync: false, maxWrite: ONE_PIECE })
  stream.on('error', () => {}) // a full disk: the gateway has other things to do
  return (piece, done) => {
    stream.write(piece)
    stream.flush(() => done())
  }
}

function isPipe(fd: number): boolean {
  const stat = fstatSync(fd)
  return stat.isFIFO() || stat.isSocket()
}

class Queue implements Output {
  readonly #write: Write
  readonly #pieces: string[] = []
  #waiting = 0
  #dropped = 0
  #writing = false
  #emptied: (() => void)[] = []

  constructor(write: Write) {
    this.#write = write
  }

  write(line: string): void {
    if (this.#waiting > MOST) {
      this.#dropped++
      return
    }
    if (this.#dropped > 0) {
      const lost = { level: 'error', time: new Date().toISOString(), event: 'log-lines-lost', count: this.#dropped }
      this.#dropped = 0
      this.#add(`${JSON.stringify(lost)}\n`)
    }
    this.#add(line)
    if (!this.#writing) this.#next()
  }

  flush(): Promise<void> {
    if (!this.#writing) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE)
      this.#emptied.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #add(line: string): void {
    this.#waiting += line.length
    const last = this.#pieces.length - 1
    const together = (this.#pieces[last] ?? '') + line
    // A piece that waits takes more lines, as long as it stays one. Three bytes are the most that a character takes here.
    if (last >= 0 && together.length * 3 <= ONE_PIECE) this.#pieces[last] = together
    else this.#pieces.push(line)
  }

  #next(): void {
    const piece = this.#pieces.shift()
    if (piece === undefined) {
      this.#writing = false
      for (const tell of this.#emptied.splice(0)) tell()
      return
    }
    this.#writing = true
    this.#write(piece, () => {
      this.#waiting -= piece.length
      this.#next()
    })
  }
}

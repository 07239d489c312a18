// What comes back on a connection, compared to the byte with what should.

const OK = Buffer.from('HTTP/1.1 200 ')
const END_OF_HEAD = Buffer.from('\r\n\r\n')

export type Verdict = 'right' | 'wrong' | 'incomplete'

/** Reads one answer after another. Of a long body it keeps nothing: each part is compared as it comes. */
export class AnswerReader {
  readonly #expected: Buffer
  /** What has come of the head; null once the body has begun. */
  #head: Buffer | null = EMPTY
  /** How much of the body has come. */
  #come = 0

  /** @param expected - the body that every answer must have */
  constructor(expected: Buffer) {
    this.#expected = expected
  }

  /** Whether the answer is complete with this chunk, and the expected one. */
  read(chunk: Buffer): Verdict {
    if (this.#head === null) return this.#readBody(chunk, 0)
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = head.indexOf(END_OF_HEAD)
    if (end === -1) {
      this.#head = head
      return 'incomplete'
    }
    if (head.compare(OK, 0, OK.length, 0, OK.length) !== 0) return 'wrong'
    this.#head = null
    return this.#readBody(head, end + END_OF_HEAD.length)
  }

  #readBody(chunk: Buffer, from: number): Verdict {
    const length = chunk.length - from
    const come = this.#come + length
    if (come > this.#expected.length) return 'wrong'
    if (this.#expected.compare(chunk, from, chunk.length, this.#come, come) !== 0) return 'wrong'
    this.#come = come
    if (come < this.#expected.length) return 'incomplete'
    this.#head = EMPTY
    this.#come = 0
    return 'right'
  }
}

const EMPTY = Buffer.alloc(0)

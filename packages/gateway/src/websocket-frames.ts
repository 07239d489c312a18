// Where one WebSocket frame ends and the next begins (RFC 6455 §5.2), and no more: what frames say is not read.
//
// The gateway passes bytes. Only when it ends a WebSocket by itself must it know whether a frame of its own may be sent,
// which is between two frames, be they parts of one message or not (§5.4).

/** Follows one direction of a connection from its first byte. */
export class FrameBoundary {
  /** What is left of the frame: of its header while that is incomplete, else of its payload. */
  #left = 0
  readonly #header = Buffer.alloc(14)
  #headerLength = 0

  /** Whether all that was seen ends with a frame. */
  get isWhole(): boolean {
    return this.#left === 0 && this.#headerLength === 0
  }

  pass(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0) {
        const passed = Math.min(this.#left, chunk.length - at)
        this.#left -= passed
        at += passed
        continue
      }
      this.#header[this.#headerLength++] = chunk[at++] as number
      if (this.#headerLength < 2 || this.#headerLength < headerLength(this.#header)) continue
      this.#left = payloadLength(this.#header)
      this.#headerLength = 0
    }
  }
}

/** A close frame as a server sends it, without mask (§5.5.1). The reason has 123 bytes at most. */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason)
  const frame = Buffer.alloc(4 + text.length)
  frame[0] = 0x88
  frame[1] = 2 + text.length
  frame.writeUInt16BE(code, 2)
  text.copy(frame, 4)
  return frame
}

function headerLength(header: Buffer): number {
  const second = header[1] as number
  const mask = second & 0x80 ? 4 : 0
  const length = second & 0x7f
  return 2 + mask + (length === 126 ? 2 : length === 127 ? 8 : 0)
}

function payloadLength(header: Buffer): number {
  const length = (header[1] as number) & 0x7f
  if (length === 126) return header.readUInt16BE(2)
  return length === 127 ? header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6) : length
}

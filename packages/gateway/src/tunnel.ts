// An open WebSocket: bytes both ways, with backpressure, as long as its session lives.
//
// Whoever holds the connection holds what its token opened, so it ends with the token (G6). Parts are passed only while
// the session was found to live less than a millisecond ago, in both directions: also what another process ends lets
// nothing through any more. A connection on which nothing is said is found by `streams.ts`.

import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Passage, Upgrade, Visit } from './passage.ts'
import { type End, PROOF, type Stream } from './streams.ts'
import { closeFrame, FrameBoundary } from './websocket-frames.ts'

/** Milliseconds in which a client may answer the close frame. */
const FAREWELL = 1000
const CLOSE: Readonly<Record<End, readonly [code: number, reason: string]>> = {
  session: [1008, 'session ended'], // policy violation
  silence: [1008, 'nothing was read'],
  closing: [1001, 'server is stopping'], // going away
}

/** Answers 101 and passes bytes from now on. */
export function openTunnel(passage: Passage, visit: Visit | null, headers: readonly string[], upstream: Duplex): void {
  const { socket, head } = passage.upgrade as Upgrade
  passage.res.detachSocket(socket as Socket)
  let answer = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() !== 'content-length') answer += `${headers[i]}: ${headers[i + 1]}\r\n`
  }
  socket.write(`${answer}\r\n`, 'latin1')
  if (head.length > 0) socket.unshift(head)
  new Tunnel(passage, visit, socket, upstream)
}

class Tunnel implements Stream {
  readonly #passage: Passage
  readonly #visit: Visit | null
  readonly #client: Duplex
  readonly #upstream: Duplex
  readonly #sent = new FrameBoundary()
  #liveAt = performance.now()
  /** Since when a side has not taken what it was sent. */
  readonly #blockedSince = new Map<Duplex, number>()
  #over = false

  constructor(passage: Passage, visit: Visit | null, client: Duplex, upstream: Duplex) {
    this.#passage = passage
    this.#visit = visit
    this.#client = client
    this.#upstream = upstream
    for (const socket of [client, upstream]) {
      socket.on('error', () => {}) // its 'close' says all
      if (!(socket instanceof Socket)) continue
      socket.setTimeout(0)
      socket.setKeepAlive(true, 60_000) // peers that vanished without a word
    }
    this.#carry(client, upstream)
    this.#carry(upstream, client)
    passage.site.users.add()
    passage.site.streams.add(this)
    void passage.site.streams.look(this) // it may have ended since its handshake was decided
    client.resume()
  }

  get site(): object {
    return this.#passage.site
  }

  get session(): Stream['session'] {
    return this.#visit?.session ?? null
  }

  stalled(now: number): boolean {
    for (const since of this.#blockedSince.values()) if (now - since > this.#passage.site.patience) return true
    return false
  }

  end(why: End): void {
    if (this.#over) return
    this.#stop()
    const { report, site, target } = this.#passage
    report({ type: 'websocket-ended', site: site.site.name, path: target.path, why })
    this.#upstream.destroy()
    this.#sayGoodbye(why)
  }

  #carry(from: Duplex, to: Duplex): void {
    from.on('data', (chunk: Buffer) => {
      if (this.#over) return
      if (this.#visit === null || performance.now() - this.#liveAt < PROOF) this.#pass(chunk, from, to)
      else {
        from.pause()
        void this.#whenLive(() => {
          if (this.#pass(chunk, from, to)) from.resume()
        })
      }
    })
    to.on('drain', () => {
      this.#blockedSince.delete(to)
      from.resume()
    })
    // Whoever said his last word needs no answer: RFC 6455 closes by frames before (§7.1.1).
    from.on('end', () => {
      if (to.writableLength > 0) this.#blockedSince.set(to, performance.now())
      to.end(() => from.destroy())
    })
    from.on('close', () => {
      if (this.#over) return
      this.#stop()
      if (to instanceof Socket) to.destroySoon()
      else to.destroy()
    })
  }

  #pass(chunk: Buffer, from: Duplex, to: Duplex): boolean {
    if (to === this.#client) this.#sent.pass(chunk)
    if (to.write(chunk)) return true
    this.#blockedSince.set(to, performance.now())
    from.pause()
    return false
  }

  async #whenLive(goOn: () => void): Promise<void> {
    // Where nobody can say whether it lives, nothing passes (E9).
    const isLive = (await this.session?.isLive().catch(() => false)) ?? true
    if (this.#over) return
    if (!isLive) return this.end('session')
    this.#liveAt = performance.now()
    goOn()
  }

  #stop(): void {
    this.#over = true
    this.#passage.site.streams.delete(this)
    this.#passage.site.users.remove()
  }

  /** Tells the page why, where that is possible: between two frames, to a client that takes what it is sent. */
  #sayGoodbye(why: End): void {
    const client = this.#client
    if (!this.#sent.isWhole || client.writableLength > 0 || !client.writable) {
      client.destroy()
      return
    }
    const timer = setTimeout(() => client.destroy(), FAREWELL).unref()
    client.once('close', () => clearTimeout(timer))
    client.once('end', () => client.destroy())
    client.end(closeFrame(...CLOSE[why]))
    client.resume() // what it still says goes nowhere
  }
}

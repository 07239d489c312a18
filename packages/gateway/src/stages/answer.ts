// The application's answer on its way back, streaming, with backpressure: its headers by `receive` or `handshake`, and each
// part of its body only while the session lives for which it was made (G3, G6).
//
// An answer that is complete in the turn in which it begins leaves in one piece; any other is watched from then on.

import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import { headerValue } from '../headers.ts'
import { onceEach } from '../http2.ts'
import { pageFilter } from '../ids/page.ts'
import { tell } from '../ids/tell.ts'
import type { PageFilter } from '../ids/written.ts'
import type { GatewayResponse, Passage, Visit } from '../passage.ts'
import { breakOff, isGone } from '../response-end.ts'
import { type Begun, type End, PROOF, type Stream } from '../streams.ts'
import { openTunnel } from '../tunnel.ts'
import { SilenceError, unreachable } from '../unreachable.ts'
import { acceptUpgrade } from './handshake.ts'
import { assertLive, receive, withheld } from './receive.ts'

/** What is held until the turn's end may be so long, in bytes: longer bodies gain nothing by it. */
const SHORT = 16 * 1024

export class AnswerHandler implements Dispatcher.DispatchHandler, Stream, Begun {
  readonly #passage: Passage
  readonly #visit: Visit | null
  readonly #mayHoldIds: boolean
  #filter: PageFilter | null = null
  readonly #fail: (error: unknown) => void
  #controller: Dispatcher.DispatchController | undefined
  /** When it was last known that the session lives. */
  #liveAt = Number.NEGATIVE_INFINITY
  /** The headers, in the turn in which they came. */
  #begun: readonly string[] | null = null
  /** What came of the body in that turn: where it is the whole, it leaves with its headers in one piece. */
  #first: Buffer | null = null
  /** Headers or a part of the body wait for the session to be asked. */
  #deciding = false
  /** What came of the body meanwhile: a pause that is asked for between two parts begins behind the next one. */
  #behind: Buffer | null = null
  #bodyEnded = false
  #done = false
  /** When a part of the body last passed, and whether the client has yet to take it. */
  #movedAt = 0
  #blocked = false
  #isEventStream = false
  #watched = false

  constructor(passage: Passage, visit: Visit | null, mayHoldIds: boolean, fail: (error: unknown) => void) {
    this.#passage = passage
    this.#visit = visit
    this.#mayHoldIds = mayHoldIds
    this.#fail = fail
    passage.site.users.add()
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    const { res } = this.#passage
    if (isGone(res)) controller.abort(new Error('the client went away'))
    // A client that goes away while we wait for the application: nothing is left to answer.
    else res.on('close', () => this.#gone())
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    message?: string,
  ): void {
    if (status < 200) return // early hints and the like are dropped: they could carry what the session may not see
    const raw = text(controller.rawHeaders)
    try {
      const headers = receive(this.#passage, this.#visit, status, raw)
      if (!(headers instanceof Promise)) this.#begin(status, message, headers)
      // Paused, the end of an answer without body is lost where the application closes its connection behind it.
      else
        this.#wait(headers, (ready) => this.#begin(status, message, ready), isEmpty(this.#passage.method, status, raw))
    } catch (error) {
      this.#finish(error)
    }
  }

  #begin(status: number, message: string | undefined, headers: string[]): void {
    this.#liveAt = performance.now()
    if (this.#mayHoldIds) this.#filter = pageFilter(this.#passage, status, headers)
    const { res, site } = this.#passage
    if (site.streams.closing) res.shouldKeepAlive = false
    if (res.stream === undefined) res.writeHead(status, reason(message), headers)
    else res.writeHead(status, onceEach(headers)) // HTTP/2 has no reason (RFC 9113 §8.3.2)
    if (this.#done || this.#bodyEnded) return
    this.#begun = headers
    site.streams.began(this)
  }

  /** The turn in which the headers came is over, and the answer is not: what there is of it leaves. */
  runsOn(): void {
    const headers = this.#begun
    if (this.#done || headers === null) return
    this.#begun = null
    this.#isEventStream = /^text\/event-stream\b/i.test(headerValue(headers, 'content-type') ?? '')
    this.#watch()
    const first = this.#first
    this.#first = null
    if (first === null) this.#passage.res.flushHeaders()
    else this.#pass(this.#controller as Dispatcher.DispatchController, first)
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, _status: number, _headers: unknown, upstream: Duplex) {
    upstream.on('error', () => {})
    if (this.#done) return void upstream.destroy() // the client went away
    this.#passage.res.once('close', () => upstream.destroy())
    const accepted = acceptUpgrade(this.#passage, this.#visit, text(controller.rawHeaders)).catch((error) => {
      upstream.destroy()
      throw error
    })
    this.#wait(
      accepted,
      (headers) => {
        this.#done = true
        openTunnel(this.#passage, this.#visit, headers, upstream)
        this.#passage.site.users.remove()
      },
      true,
    )
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return
    if (this.#deciding) {
      this.#behind = this.#behind === null ? chunk : Buffer.concat([this.#behind, chunk])
      controller.pause() // a client that took what came before may have ended the pause
      return
    }
    if (this.#begun === null || this.#filter !== null) {
      this.#pass(controller, chunk)
      return
    }
    const first = this.#first
    if ((first?.length ?? 0) + chunk.length <= SHORT) {
      this.#first = first === null ? chunk : Buffer.concat([first, chunk])
      return
    }
    this.#first = null
    this.#pass(controller, chunk, first)
  }

  /** @param before - what was held back until now */
  #pass(controller: Dispatcher.DispatchController, chunk: Buffer, before: Buffer | null = null): void {
    // The token may have ended since the headers left: what the application adds then is not for this client (G3).
    const visit = this.#visit
    const now = performance.now()
    if (visit === null || now - this.#liveAt < PROOF) {
      this.#write(controller, before, chunk)
      return
    }
    try {
      const live = assertLive(this.#passage, visit)
      if (live !== undefined) this.#wait(live, () => this.#write(controller, before, chunk), false)
      else {
        this.#liveAt = now
        this.#write(controller, before, chunk)
      }
    } catch (error) {
      this.#finish(error)
    }
  }

  /** Where the client takes no more, the application is asked to wait for it. */
  #write(controller: Dispatcher.DispatchController, before: Buffer | null, chunk: Buffer): void {
    const { res } = this.#passage
    this.#movedAt = performance.now()
    if (before !== null) res.write(before)
    const filtered = this.#filter === null ? chunk : this.#filter.push(chunk)
    if (filtered.length === 0 || res.write(filtered)) return
    this.#blocked = true
    controller.pause()
    res.once('drain', () => {
      this.#blocked = false
      this.#movedAt = performance.now()
      controller.resume()
    })
  }

  /**
   * Goes on when the session was found to live, and ends the exchange otherwise. Meanwhile the application waits.
   *
   * @param isLast - nothing that could be held back comes behind it
   */
  #wait<T>(decision: Promise<T>, goOn: (decided: T) => void, isLast: boolean): void {
    this.#deciding = true
    const controller = this.#controller as Dispatcher.DispatchController
    const { users, streams } = this.#passage.site
    users.add() // what is decided is done to its end, though the client may leave meanwhile
    if (!isLast) controller.pause()
    decision
      .then((decided) => {
        if (this.#done) return
        this.#deciding = false
        this.#liveAt = performance.now()
        goOn(decided)
        const behind = this.#behind
        this.#behind = null
        if (behind !== null) this.#write(controller, null, behind)
        // Only then: going on may bring the end of the body at once.
        if (!isLast && !this.#blocked) controller.resume()
        if (this.#bodyEnded && !this.#deciding) this.#end() // to go on may have begun another decision
        // It may have ended since, and before its end could be heard of.
        if (this.#watched) void streams.look(this)
      })
      .catch((error) => this.#finish(error))
      .finally(() => users.remove())
  }

  onResponseEnd(): void {
    if (this.#done) return
    // That of an answer without body comes while its headers are still being decided.
    if (this.#deciding) this.#bodyEnded = true
    else this.#end()
  }

  #end(): void {
    if (this.#done) return
    this.#done = true
    const { res, site } = this.#passage
    if (this.#first !== null) endWith(res, this.#first)
    else res.end(this.#filter === null ? undefined : this.#filter.end())
    if (this.#filter?.found) tell(this.#passage, 'page')
    if (res.writableLength === 0) this.#unwatch()
    else this.#watch() // the client has yet to take it
    site.users.remove()
  }

  get site(): object {
    return this.#passage.site
  }

  get session(): Stream['session'] {
    return this.#done ? null : (this.#visit?.session ?? null) // what was sent before its session ended has been sent
  }

  stalled(now: number): boolean {
    if (this.#isEventStream && !this.#blocked && !this.#done) return false
    return now - this.#movedAt > this.#passage.site.patience
  }

  end(why: End): void {
    const waits = this.#done || this.#blocked
    if (why === 'session') this.#finish(withheld(this.#passage))
    else if (why === 'silence' && !waits) this.#finish(unreachable(new SilenceError()))
    else this.#finish(null)
    this.#unwatch()
    breakOff(this.#passage.res)
  }

  #watch(): void {
    if (this.#watched) return
    this.#watched = true
    this.#movedAt = performance.now()
    this.#passage.site.streams.add(this)
  }

  #unwatch(): void {
    if (this.#watched) this.#passage.site.streams.delete(this)
    this.#watched = false
  }

  #gone(): void {
    this.#unwatch()
    this.#finish(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(unreachable(error))
  }

  /** Ends the exchange early; without an error because nobody is left to tell. */
  #finish(error: unknown): void {
    if (this.#done) return
    this.#done = true
    this.#unwatch()
    if (this.#controller?.aborted === false) this.#controller.abort(new Error('the answer is not wanted any more'))
    if (error !== null) this.#fail(error)
    this.#passage.site.users.remove()
  }
}

/** As one string a short answer is one write to the socket; a buffer behind its headers takes a list of two. */
function endWith(res: GatewayResponse, whole: Buffer): void {
  if (res.stream === undefined && whole.length <= ONE_PIECE) res.end(whole.toString('latin1'), 'latin1')
  else res.end(whole)
}

/** Bytes; beyond, copying costs what it saves. */
const ONE_PIECE = 4096

/** RFC 9112 §6.3 */
function isEmpty(method: string, status: number, headers: readonly string[]): boolean {
  return method === 'HEAD' || status === 204 || status === 304 || headerValue(headers, 'content-length') === '0'
}

/** Bytes that Node would not write are no reason to fail; nobody reads them (RFC 9112 §4). */
function reason(message = ''): string {
  return /[^\t\x20-\x7e\x80-\xff]/.test(message) ? '' : message
}

function text(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  // Latin-1 keeps every byte that the application sent.
  const parts = raw as (Buffer | string)[]
  const texts = new Array<string>(parts.length)
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Buffer | string
    texts[i] = typeof part === 'string' ? part : part.toString('latin1')
  }
  return texts
}

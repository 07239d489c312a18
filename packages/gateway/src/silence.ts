// A client that falls silent in the middle of its body, or sends it in drops, is not waited for: it would hold a connection
// upstream for ever.

import { answerRefusal } from './answers.ts'
import type { GatewayRequest, Passage } from './passage.ts'
import { Refusal } from './refusal.ts'
import { isGone } from './response-end.ts'

/** Bytes a second that have to come on average while `timeouts.body` passes. Modems were faster. */
const LEAST = 500

export function hasBody({ headers, stream }: Pick<GatewayRequest, 'headers' | 'stream'>): boolean {
  if (stream !== undefined) return !stream.endAfterHeaders // HTTP/2 needs no header to announce one
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Answers 408 where nothing moves on the connection for so long, or next to nothing, while the body is not complete. */
export function limitSilence(passage: Passage, milliseconds: number): void {
  // A form comes with its headers: most bodies are complete when what was read has been parsed.
  if (hasBody(passage.req)) process.nextTick(watch, passage, milliseconds)
}

function watch({ req, res, exchange, site }: Passage, milliseconds: number): void {
  if (req.complete || isGone(res)) return
  const connection = req.stream ?? req.socket
  const giveUp = () => {
    if (req.complete) return
    const refusal = new Refusal(408, 'The rest of this request did not come', 'Send it again.')
    answerRefusal(req, res, refusal, exchange.cookie, site.framePolicy)
  }
  req.setTimeout(milliseconds, giveUp)
  const stop = watchDrops(req, milliseconds, giveUp)
  req.once('end', () => {
    connection.setTimeout(0)
    stop()
  })
  res.once('close', stop)
}

/** @returns stops it */
function watchDrops(req: GatewayRequest, milliseconds: number, giveUp: () => void): () => void {
  // Several requests of HTTP/2 share what is counted here: whoever sends one in drops has to send the others in earnest.
  const { socket } = req
  let before = socket.bytesRead
  const timer = setInterval(() => {
    const came = socket.bytesRead - before
    before = socket.bytesRead
    // What lies here unread, or is not asked for, waits for the application.
    if (req.isPaused() || req.readableLength > 0) return
    if (came < (LEAST * milliseconds) / 1000) giveUp()
  }, milliseconds)
  timer.unref()
  return () => clearInterval(timer)
}

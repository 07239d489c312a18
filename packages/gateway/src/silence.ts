// A client that falls silent in the middle of its body is not waited for: it would hold a connection upstream for ever.

import { answerRefusal } from './answers.ts'
import type { GatewayRequest, Passage } from './passage.ts'
import { Refusal } from './refusal.ts'

export function hasBody({ headers, stream }: Pick<GatewayRequest, 'headers' | 'stream'>): boolean {
  if (stream !== undefined) return !stream.endAfterHeaders // HTTP/2 needs no header to announce one
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Answers 408 where nothing moves on the connection for so long while the body is not complete. */
export function limitSilence({ req, res, exchange, site }: Passage, milliseconds: number): void {
  if (!hasBody(req)) return
  const connection = req.stream ?? req.socket
  req.setTimeout(milliseconds, () => {
    if (req.complete) return
    const refusal = new Refusal(408, 'The rest of this request did not come', 'Send it again.')
    answerRefusal(req, res, refusal, exchange.cookie, site.framePolicy)
  })
  req.once('end', () => connection.setTimeout(0))
}

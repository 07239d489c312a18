// A client that falls silent in the middle of its body is not waited for: it would hold a connection upstream for ever.

import { answerRefusal } from './answers.ts'
import type { Passage } from './passage.ts'
import { Refusal } from './refusal.ts'

export function hasBody({ headers }: Passage['req']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Answers 408 where nothing moves on the connection for so long while the body is not complete. */
export function limitSilence({ req, res, exchange }: Passage, milliseconds: number): void {
  if (!hasBody(req)) return
  const { socket } = req
  req.setTimeout(milliseconds, () => {
    const refusal = new Refusal(408, 'The rest of this request did not come', 'Send it again.')
    answerRefusal(req, res, refusal, exchange.cookie)
  })
  req.once('end', () => socket.setTimeout(0))
}

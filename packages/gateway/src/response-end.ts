// How an answer ends before its time, which HTTP/1.1 and HTTP/2 say in different ways.

import { constants } from 'node:http2'
import type { GatewayResponse } from './passage.ts'

/** Whether nobody is left to answer. */
export function isGone({ closed, stream }: GatewayResponse): boolean {
  return stream === undefined ? closed : stream.destroyed
}

/** Ends an answer so that nobody takes it for complete. */
export function breakOff(res: GatewayResponse): void {
  if (res.stream === undefined) res.destroy()
  else res.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
}

// A contender's process: it serves until its parent goes, and tells how much processor time it has used.

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a contender's process says to its parent. */
export type Said = Listens | Used

export interface Listens {
  readonly port: number
  /** Whether it has more processes than its own, so that it alone can tell what it used. */
  readonly hasOthers: boolean
}

/** Processor time in microseconds: of all, and of each process where it is several that do the same. */
export interface Used {
  readonly cpu: number
  readonly parts?: readonly number[]
}

/**
 * Serves on a free port of 127.0.0.1.
 *
 * @param keepAliveTimeout - milliseconds after which it closes a connection on which nothing comes. Default: Node's own.
 */
export function serve(handle: RequestListener, keepAliveTimeout?: number): void {
  const server = createServer(handle)
  if (keepAliveTimeout !== undefined) server.keepAliveTimeout = keepAliveTimeout
  server.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port))
}

/** The question how much a process has used. */
export const USED = 'processor time?'

/** For what listens by itself. */
export function ready(port: number, usedWithOthers?: () => Used): void {
  process.on('message', (said) => {
    if (said === USED) say(usedWithOthers?.() ?? { cpu: processorTime() })
  })
  process.on('disconnect', () => process.exit())
  say({ port, hasOthers: usedWithOthers !== undefined })
}

function say(said: Said): void {
  process.send?.(said)
}

/** Microseconds, of all of this process's threads. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

// A long task at a terminal: how far it is, and Ctrl-C, after which nothing is left of it.

import type { UpkeepOptions } from '@coatcheck/session/sqlite-upkeep'
import { ProgressLine } from './progress-line.ts'

/** Runs a task. Interrupted, this process ends by that signal, once the task has cleared up behind itself. */
export async function interruptible<T>(task: (options: UpkeepOptions) => Promise<T>): Promise<T> {
  const stopping = new AbortController()
  const line = new ProgressLine(process.stderr)
  const stop = (signal: NodeJS.Signals) => stopping.abort(signal) // a second one ends the process as ever
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await task({ signal: stopping.signal, onProgress: (progress) => line.show(progress) })
  } catch (error) {
    if (!stopping.signal.aborted || error !== stopping.signal.reason) throw error
    line.clear()
    process.off('SIGINT', stop).off('SIGTERM', stop)
    console.error('interrupted; nothing was changed')
    process.kill(process.pid, stopping.signal.reason)
    return await new Promise(() => {}) // the signal comes in a moment
  } finally {
    line.clear()
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

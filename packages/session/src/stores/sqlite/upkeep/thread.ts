// The thread: does the one task that it is started for, and answers.

import { setImmediate as turn } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { SessionError } from '../../../errors.ts'
import type { Message } from './task.ts'
import { TASKS, type TaskName } from './tasks.ts'
import { Stopped, type Watch } from './watch.ts'

/** Milliseconds between two messages about the same step. */
const SELDOM = 100

const port = parentPort
if (port === null) throw new Error('this file is run by the upkeep of the SQLite store, in a thread')

const say = (message: Message) => port.postMessage(message)
let stopped = false
port.on('message', () => {
  stopped = true
})
port.unref()

let told = { step: '', at: Number.NEGATIVE_INFINITY }
const watch: Watch = {
  tell(progress) {
    const now = performance.now()
    if (progress.step === told.step && now - told.at < SELDOM && progress.done !== progress.total) return
    told = { step: progress.step, at: now }
    say({ type: 'progress', progress })
  },
  async turn() {
    await turn()
    watch.proceed()
  },
  proceed() {
    if (stopped) throw new Stopped()
  },
}

const { name, args } = workerData as { name: TaskName; args: readonly unknown[] }
try {
  const task = TASKS[name] as (...args: readonly unknown[]) => Promise<never>
  say({ type: 'done', value: await task(...args, watch) })
} catch (error) {
  if (error instanceof Stopped) say({ type: 'stopped' })
  else if (error instanceof SessionError) say({ type: 'failed', code: error.code, message: error.message })
  else say({ type: 'failed', code: 'ERR_STORE_UNAVAILABLE', message: (error as Error).message })
}

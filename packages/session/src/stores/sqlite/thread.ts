// The writer thread: takes batches of writes, commits each, answers.

import { parentPort, workerData } from 'node:worker_threads'
import { type BatchOptions, BatchRunner } from './batch.ts'
import type { Operation } from './operations.ts'

const port = parentPort
if (port === null) throw new Error('this file is run by the SQLite store, in a thread')

const runner = new BatchRunner(workerData as BatchOptions)

port.on('message', (batch: readonly Operation[] | null) => {
  if (batch !== null) return port.postMessage(runner.run(batch))
  runner.close()
  port.close()
})

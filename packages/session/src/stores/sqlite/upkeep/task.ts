// This side of the thread that keeps a store safe: starts it for one task, hears from it, stops it.

import { Worker } from 'node:worker_threads'
import { type ErrorCode, SessionError } from '../../../errors.ts'
import type { Arguments, Result, TaskName } from './tasks.ts'
import type { Progress } from './watch.ts'

export type Message<Name extends TaskName = TaskName> =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly value: Result<Name> }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: ErrorCode; readonly message: string }

interface Options {
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

/** @throws the signal's reason, or a SessionError */
export async function runTask<Name extends TaskName>(
  name: Name,
  args: Arguments<Name>,
  { onProgress, signal }: Options,
): Promise<Result<Name>> {
  signal?.throwIfAborted()
  const worker = start({ name, args })
  const stop = () => worker.postMessage('stop')
  signal?.addEventListener('abort', stop)
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (message: Message<Name>) => {
        if (message.type === 'progress') onProgress?.(message.progress)
        else if (message.type === 'done') resolve(message.value)
        else if (message.type === 'stopped') reject(signal?.reason)
        else reject(new SessionError(message.code, message.message))
      })
      worker.once('error', reject)
      worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code} before its task was done`)))
    })
  } finally {
    signal?.removeEventListener('abort', stop)
    // It ends by itself, once its connections are closed.
    worker.unref()
  }
}

/** The thread's file has this file's ending: `.ts` in the source tree, `.js` where it is published. */
function start(workerData: unknown): Worker {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./thread.${ending}`, import.meta.url), {
    name: 'coatcheck-upkeep',
    workerData,
    execArgv: [],
  })
}

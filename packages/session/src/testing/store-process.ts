// Run as a process of its own by other-process.ts: a store on the file named in its arguments, worked by messages.

import { DatabaseSync } from 'node:sqlite'
import { sqlite } from '../stores/sqlite.ts'
import { FakeExchange } from './fake-exchange.ts'
import type { Answer, Request } from './other-process.ts'
import { addOne, FakeClock, siteOn } from './site.ts'

const file = process.argv[2] as string
let store: ReturnType<typeof sqlite> | undefined
let locking: DatabaseSync | undefined

async function work(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'open':
      await store?.close()
      store = sqlite(request.file)
      return
    case 'call': {
      store ??= sqlite(file)
      const method = Reflect.get(store, request.method) as (...args: readonly unknown[]) => unknown
      return method.apply(store, request.args as unknown[])
    }
    case 'update': {
      store ??= sqlite(file)
      const site = siteOn(store, new FakeClock())
      const once = async () => (await site.openExchange(new FakeExchange(request.cookies))).update(addOne)
      await Promise.all(Array.from({ length: request.times }, once))
      return
    }
    case 'lock':
      locking = new DatabaseSync(file)
      locking.exec('BEGIN IMMEDIATE')
      return
    case 'unlock':
      locking?.exec('ROLLBACK')
      locking?.close()
      return
  }
}

process.on('message', async (request: Request & { readonly n: number }) => {
  const { n } = request
  let answer: Answer
  try {
    answer = { n, value: await work(request) }
  } catch (error) {
    answer = { n, error: (error as Error).message }
  }
  process.send?.(answer)
})
process.on('disconnect', () => process.exit())

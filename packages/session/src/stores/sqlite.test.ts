import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeTests } from '../store-tests.ts'
import { sqlite } from './sqlite.ts'

storeTests('sqlite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  const file = join(folder, 'sessions.db')
  const opened = [sqlite(file)]
  return {
    store: opened[0]!,
    another: async () => {
      opened.push(sqlite(file))
      return opened.at(-1)!
    },
    close: async () => {
      for (const store of opened) await store.close()
      rmSync(folder, { recursive: true })
    },
  }
})

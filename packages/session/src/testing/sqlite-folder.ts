// A folder for one test's SQLite files.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Store } from '../store.ts'
import { type SqliteOptions, sqlite } from '../stores/sqlite.ts'
import { OtherProcess } from './other-process.ts'

export class SqliteFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  readonly file = join(this.path, 'sessions.db')
  readonly #opened: { close(): Promise<void> }[] = []

  constructor(t?: TestContext) {
    t?.after(() => this.remove())
  }

  open(options?: SqliteOptions): Store {
    const store = sqlite(this.file, options)
    this.#opened.push(store)
    return store
  }

  process(): OtherProcess {
    const other = new OtherProcess(this.file)
    this.#opened.push({ close: () => other.kill() })
    return other
  }

  /** Closes all stores and ends all processes that have it open. */
  async closeAll(): Promise<void> {
    for (const opened of this.#opened.splice(0)) await opened.close()
  }

  async remove(): Promise<void> {
    await this.closeAll()
    rmSync(this.path, { recursive: true })
  }
}

// Large stores, and damaged ones, for tests.

import { closeSync, openSync, readSync, statSync, truncateSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { newSignedIn } from '../store-tests/fixtures.ts'
import { dueAt } from '../stores/reading.ts'
import { COLUMNS, encodeKey, encodeRow } from '../stores/sqlite/codec.ts'

const PAGE = 4096

/** Puts sessions of a kilobyte into a store, as fast as it goes; of users `many 0`, `many 1`, … */
export function fill(file: string, sessions: number, at = Date.now()): void {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA synchronous = OFF; BEGIN')
  const places = COLUMNS.map(() => '?').join(', ')
  const insert = db.prepare(`INSERT INTO sessions (key, due, ${COLUMNS.join(', ')}) VALUES (?, ?, ${places})`)
  for (let i = 0; i < sessions; i++) {
    const record = newSignedIn(`many ${i}`, at, { sealed: new Uint8Array(600) })
    insert.run(encodeKey(record.key), dueAt({ kind: 'record', record }, at), ...encodeRow({ kind: 'record', record }))
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

/** What disks and people do to a file that nobody has open. */
export const damage = {
  cutShort(file: string): void {
    truncateSync(file, Math.floor(statSync(file).size / PAGE / 2) * PAGE)
  },
  header(file: string): void {
    change(file, 0, (bytes) => bytes.fill(7, 0, 100))
  },
  /** While somebody has it open. Left open here as well: to close it would drop the locks that this process has on it. */
  underneath(file: string): void {
    writeSync(openSync(file, 'r+'), Buffer.alloc(100, 7), 0, 100, 0)
  },
  /** In the middle of the file: of the pages there, one in four. */
  flip(file: string): void {
    const pages = statSync(file).size / PAGE
    for (let page = Math.floor(pages / 4); page < pages; page += 4) {
      change(file, page * PAGE, (bytes) => {
        for (let i = 0; i < 12; i++) bytes[i] = 0xff & ~bytes[i]!
      })
    }
  },
} as const

function change(file: string, at: number, work: (bytes: Buffer) => void): void {
  const descriptor = openSync(file, 'r+')
  const bytes = Buffer.alloc(PAGE)
  readSync(descriptor, bytes, 0, PAGE, at)
  work(bytes)
  writeSync(descriptor, bytes, 0, PAGE, at)
  closeSync(descriptor)
}

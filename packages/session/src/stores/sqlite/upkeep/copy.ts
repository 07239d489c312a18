// A copy of a store as it was at one moment, while others go on working with it.
//
// SQLite's backup copies some pages at a time and begins again whenever another connection has committed: beside a
// gateway it never ends (988 new beginnings in four seconds, of a file of 50 MB). With a read transaction held on the
// source it copies what that one sees, to the end, and nobody waits: in WAL mode a reader stops no writer. What it costs
// is that the -wal file cannot be reused meanwhile: it grows by what is written in that time. VACUUM INTO would hold
// the same transaction longer, since it builds each index anew, and could neither be followed nor be stopped.

import type { DatabaseSync } from 'node:sqlite'
import { CORRUPT, explain, NOTADB, resultCode } from '../failures.ts'
import { pragma } from '../schema.ts'
import type { Schema } from '../versions.ts'
import { assertRoom, begin, PARTS, statOf, sync, unusable } from './files.ts'
import { isAtRest, openSource } from './source.ts'
import type { Watch } from './watch.ts'

/** Four MiB at a time. */
const PAGES_AT_ONCE = 1024
const DAMAGES_SHOWN = 3
/** Primary result codes that say something of what is read, and extended ones of reading. */
const OF_SOURCE = new Set([CORRUPT, NOTADB])
const READING = new Set([266, 522])

/** One file of a copy. */
export interface Copied {
  readonly path: string
  readonly bytes: number
  /** By the name of the table. */
  readonly rows: Readonly<Record<string, number>>
}

interface Open {
  readonly db: DatabaseSync
  readonly atRest: boolean
  readonly from: string
  readonly to: string
  readonly schema: Schema
  readonly bytes: number
  readonly rows: Readonly<Record<string, number>>
}

/**
 * Copies all files of the store `from` to names made of `to`, which must be free; synced, readable by nobody else, and
 * each found whole and complete. What is left behind where it throws is for the caller to discard.
 *
 * @param what - a store that may be at work, or a backup, beside which nothing is put
 */
export async function copy(from: string, to: string, what: 'store' | 'backup', watch: Watch): Promise<Copied[]> {
  const sources: Open[] = []
  try {
    begin(to)
    // The sessions first: last-seen times that are younger than they are true, and older ones end a session early.
    for (const part of PARTS.toReversed()) {
      const path = part.of(from)
      if (part.of(to) !== to && statOf(path) === undefined) continue // lost: sessions count as last seen when issued
      const atRest = what === 'backup' && isAtRest(path)
      const db = openSource(path, part.schema, atRest)
      sources.push({ ...held(db, path), db, atRest, from: path, to: part.of(to), schema: part.schema })
    }
    assertRoom(
      to,
      sources.reduce((sum, { bytes }) => sum + bytes, 0),
    )
    await copyPages(sources, watch)
    const woken = sources.find(({ atRest, from }) => atRest && !isAtRest(from))
    if (woken !== undefined) throw unusable(`${woken.from} was opened by somebody meanwhile: make a backup of it first`)
  } finally {
    for (const { db } of sources) db.close()
  }
  const copied: Copied[] = []
  for (const source of sources) {
    sync(source.to)
    await watch.turn()
    copied.push(verified(source, watch))
  }
  return copied
}

/** From here on the connection sees one state, for as long as it is open. */
function held(db: DatabaseSync, path: string): { bytes: number; rows: Record<string, number> } {
  try {
    db.exec('BEGIN')
    return { bytes: (pragma(db, 'page_count') as number) * (pragma(db, 'page_size') as number), rows: countRows(db) }
  } catch (error) {
    db.close()
    throw unusable(explain(path, error), error)
  }
}

async function copyPages(sources: readonly Open[], watch: Watch): Promise<void> {
  const { backup } = process.getBuiltinModule('node:sqlite')
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  for (const { db, from, to, bytes } of sources) {
    try {
      if (statOf(to) === undefined) begin(to)
      await backup(db, to, {
        rate: PAGES_AT_ONCE,
        progress: ({ totalPages, remainingPages }) => {
          watch.proceed()
          watch.tell({ step: 'copying', done: before + bytes * (1 - remainingPages / totalPages), total })
        },
      })
    } catch (error) {
      watch.proceed() // a task that was stopped says so, whatever SQLite made of it
      throw unusable(explain(isOfSource(error) ? from : to, error), error)
    }
    before += bytes
    watch.tell({ step: 'copying', done: before, total })
  }
}

/** The same state as the source's, whole, as the disk has it. */
function verified({ from, to, schema, rows }: Open, watch: Watch): Copied {
  watch.tell({ step: 'verifying', done: 0, total: 0 })
  const db = openSource(to, schema, true)
  try {
    const damages = damagesOf(db, 'quick_check', DAMAGES_SHOWN)
    if (damages.length > 0) {
      throw unusable(`the copy of ${from} is damaged (${damages.join('; ')}): see coatcheck store check --full ${from}`)
    }
    const copied = countRows(db)
    for (const [table, count] of Object.entries(rows)) {
      if (copied[table] !== count)
        throw unusable(`the copy of ${from} has ${copied[table]} of ${count} rows of ${table}`)
    }
    return { path: to, bytes: statOf(to)?.size ?? 0, rows }
  } finally {
    db.close()
  }
}

/** What SQLite finds wrong with a file, in its own words; at most `max`. */
export function damagesOf(db: DatabaseSync, how: 'quick_check' | 'integrity_check', max: number): string[] {
  try {
    const said = db
      .prepare(`PRAGMA main.${how}(${max})`)
      .all()
      .flatMap((row) => Object.values(row))
    return said
      .flatMap((line) => String(line).split('\n'))
      .filter((line) => line !== 'ok')
      .slice(0, max)
  } catch (error) {
    return [(error as Error).message]
  }
}

function countRows(db: DatabaseSync): Record<string, number> {
  const tables = db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all() as { name: string }[]
  return Object.fromEntries(
    tables.map(({ name }) => {
      const { count } = db.prepare(`SELECT count(*) AS count FROM "${name.replaceAll('"', '""')}"`).get() as {
        count: number
      }
      return [name, count]
    }),
  )
}

function isOfSource(error: unknown): boolean {
  return OF_SOURCE.has(resultCode(error) ?? 0) || READING.has((error as { errcode?: number }).errcode ?? 0)
}

// What the serving thread does with the file: it reads, on a connection of its own that cannot write. In WAL mode a
// reader waits for no writer and no writer for it. No statement stays open here, or its changes would not show.

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Cutoff, Lookup } from '../../store.ts'
import type { SessionKey } from '../../token.ts'
import * as rows from '../reading.ts'
import { Changes } from './changes.ts'
import { COLUMNS, decodeCutoff, decodeRow, encodeId, encodeKey } from './codec.ts'
import { type Place, PlaceWatch } from './place.ts'
import { open, touchesOf, uri, versionOf } from './schema.ts'
import { arrays, first, values } from './statements.ts'
import { OncePerTurn } from './turn.ts'
import { hasKey } from './versions.ts'

/** The inner pages of a million sessions' indexes are 3 MB; of the others the next request hardly ever needs the same. */
const CACHE_KIB = 4096

// All that `read` says of a live key, in one statement, which sees one state of the main file.
const LOOKUP = `
  SELECT s.due, t.at, c.epoch, c.at, c.except_id, ${COLUMNS.map((column) => `s.${column}`).join(', ')}
  FROM main.sessions AS s
  LEFT JOIN touches.seen AS t ON s.kind = 0 AND t.id = s.id
  LEFT JOIN main.cutoffs AS c ON c.site = s.site AND c.user = s.user
  WHERE ${hasKey('s.key', '?1')}`
const CUTOFF = 2
const ROW = 5

interface Found {
  readonly row: rows.Row
  readonly seen: number | undefined
  readonly cutoff: Cutoff | null
}

/** The reading connection. Its methods throw what SQLite throws. */
export class Reader {
  readonly #db: DatabaseSync
  readonly #watch: PlaceWatch
  readonly #lookup: StatementSync
  readonly #changes: Changes
  readonly #fresh: OncePerTurn
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rows: rows.ReadableRows

  constructor(file: string) {
    const db = open(file, { readOnly: true })
    this.#db = db
    db.prepare('ATTACH ? AS touches').run(uri(touchesOf(file), 'ro'))
    db.exec(`PRAGMA main.cache_size = -${CACHE_KIB}; PRAGMA trusted_schema = OFF`)
    this.#lookup = arrays(db.prepare(LOOKUP))
    this.#watch = new PlaceWatch(file)
    const changes = new Changes(db)
    this.#changes = changes
    this.#fresh = new OncePerTurn(() => {
      this.#watch.check()
      changes.learn()
    })
    this.#begin = db.prepare('BEGIN')
    this.#commit = db.prepare('COMMIT')
    const seen = arrays(db.prepare('SELECT at FROM touches.seen WHERE id = ?'))
    const cutoff = arrays(db.prepare('SELECT epoch, at, except_id FROM main.cutoffs WHERE site = ? AND user = ?'))
    this.#rows = {
      get: (key) => this.#find(key)?.row,
      seen: (id) => first(seen.get(encodeId(id))) as number | undefined,
      cutoff: (site, user) => decodeCutoff(values(cutoff.get(site, user)) ?? []),
    }
  }

  /** Changes whenever a connection, of this process or of any other, has committed a change of the key (E8). */
  stamp(key: SessionKey): unknown {
    this.#fresh.check()
    return this.#changes.stamp(key)
  }

  read(key: SessionKey): Lookup {
    this.#watch.check()
    const found = this.#find(key)
    // Link and target must be seen in one state: in between, the session may have moved on to yet another key.
    if (found?.row.kind === 'link') return this.#inOneState(() => rows.read(this.#rows, key))
    return rows.read({ get: () => found?.row, seen: () => found?.seen, cutoff: () => found?.cutoff ?? null }, key)
  }

  /** For other connections to the file, before they read. @throws OutOfPlace */
  assertInPlace(): void {
    this.#watch.check()
  }

  /** Of the file as it is now. */
  get schemaVersion(): number {
    return versionOf(this.#db)
  }

  /** The files that it has open. */
  get place(): Place {
    return this.#watch.place
  }

  close(): void {
    this.#db.close()
  }

  #find(key: SessionKey): Found | undefined {
    const found = values(this.#lookup.get(encodeKey(key)))
    if (found === undefined) return undefined
    return {
      row: decodeRow(key, found.slice(ROW), found[0] as number),
      seen: (found[1] ?? undefined) as number | undefined,
      cutoff: decodeCutoff(found.slice(CUTOFF, ROW)),
    }
  }

  #inOneState<T>(work: () => T): T {
    this.#begin.run()
    try {
      return work()
    } finally {
      this.#commit.run()
    }
  }
}

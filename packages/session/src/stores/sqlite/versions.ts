// What the two files hold, as the steps that led there: one for each schema version. A new file goes the whole way, an
// older one what is left of it (schema.ts). A step that was published is never edited; what changes is a further step.
//
//   FILE           sessions by key: live records, links of renewed tokens, tombstones; cutoffs by user; and `changes`,
//                  the list of what was changed, by which other connections know what to drop from their caches (E8)
//   FILE-touches   when sessions were last seen, by id. A file of its own, so that being seen changes nothing for
//                  those who watch FILE (E5, E8). Losing it ends idle sessions early, never late.

import { CHANGES } from './changes-schema.ts'

export interface Schema {
  readonly applicationId: number
  /** SQL that leads from each version to the next, the first one from an empty file. */
  readonly steps: readonly string[]
}

/** How many bytes of a key are in the index on keys. */
const PREFIX = 6

/**
 * The condition for the row that has a key. The index knows only the beginning of each key, which finds the row among
 * millions; the row itself says whether it is the one.
 *
 * @param parameter - of the statement, `?1` for instance
 */
export function hasKey(column: string, parameter: string): string {
  return `${prefixOf(column)} = ${prefixOf(parameter)} AND ${column} = ${parameter}`
}

/** What the index on keys holds of one. */
export function prefixOf(column: string): string {
  return `substr(${column}, 1, ${PREFIX})`
}

// `due` is when the sweeper must look at a row again: at the latest when it ends; of a tombstone its absolute end.
const FIRST = `
  CREATE TABLE sessions (
    key BLOB NOT NULL PRIMARY KEY,
    due INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    site TEXT,
    user TEXT,
    ended INTEGER,
    reason TEXT,
    signed_in INTEGER,
    target BLOB,
    body TEXT,
    wrapped_key BLOB,
    sealed BLOB
  );
  CREATE INDEX sessions_by_due ON sessions (due);
  CREATE INDEX sessions_by_id ON sessions (id) WHERE kind = 0;
  CREATE INDEX sessions_by_user ON sessions (site, user) WHERE user IS NOT NULL;
  CREATE TABLE cutoffs (
    site TEXT NOT NULL,
    user TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    except_id BLOB,
    PRIMARY KEY (site, user)
  ) WITHOUT ROWID;`

// Keys are random, rows are wide: a rowid table with a separate index on the key measured a third faster to read at
// random over 200,000 rows, half as expensive to fill and a fifth smaller than WITHOUT ROWID.
//
// Most rows of a busy site are tombstones, kept for hours. One takes about 115 bytes with its entries in the indexes:
// why it ended is part of `kind`, when it ended is told from its absolute end, and the index on keys holds six bytes of
// each. That this index forbids no key twice is no loss: whoever writes has looked for the key in the same transaction.
const SMALL_TOMBSTONES = `
  ALTER TABLE sessions RENAME TO sessions_of_version_1;
  DROP INDEX sessions_by_due;
  DROP INDEX sessions_by_id;
  DROP INDEX sessions_by_user;
  CREATE TABLE sessions (
    key BLOB NOT NULL,
    due INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    site TEXT,
    user TEXT,
    ended INTEGER,
    target BLOB,
    body TEXT,
    wrapped_key BLOB,
    sealed BLOB
  );
  INSERT INTO sessions
    SELECT key, due,
      CASE kind WHEN 2 THEN 2 + signed_in + 2 * CASE reason
        WHEN 'signed-out' THEN 0 WHEN 'rotated' THEN 1 WHEN 'renewed' THEN 2 WHEN 'revoked' THEN 3
        WHEN 'limit' THEN 4 WHEN 'exposed' THEN 5 WHEN 'idle' THEN 6 WHEN 'absolute' THEN 7 END ELSE kind END,
      id, site, user, CASE kind WHEN 2 THEN due - ended ELSE ended END, target, body, wrapped_key, sealed
    FROM sessions_of_version_1 ORDER BY rowid;
  DROP TABLE sessions_of_version_1;
  CREATE INDEX sessions_by_key ON sessions (substr(key, 1, ${PREFIX}));
  CREATE INDEX sessions_by_due ON sessions (due);
  CREATE INDEX sessions_by_id ON sessions (id) WHERE kind = 0;
  CREATE INDEX sessions_by_target ON sessions (target) WHERE kind = 1;
  CREATE INDEX sessions_by_user ON sessions (site, user) WHERE user IS NOT NULL;`

export const SESSIONS: Schema = {
  applicationId: 0x436f6174, // 'Coat'
  steps: [FIRST, SMALL_TOMBSTONES + CHANGES],
}

export const TOUCHES: Schema = {
  applicationId: 0x5365656e, // 'Seen'
  steps: ['CREATE TABLE seen (id BLOB NOT NULL PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;'],
}

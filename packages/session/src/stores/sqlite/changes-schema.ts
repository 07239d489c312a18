// The list of changes, which the file keeps by itself: its triggers name the key of every row that somebody changes,
// be it this release, `coatcheck store`, or a hand at SQLite's shell. So there is no commit that changes what
// `read(key)` says and does not name the key. `changes.ts` reads the list.
//
// An entry is text of ENTRY characters: the first two bytes of the key in hexadecimal (`****` stands for all keys) and
// 32 random bits. By these a reader knows the entry at which it stopped last time again: where another one stands in
// its place, the file was restored, and what happened in between is not known.
//
// A cutoff is named by its user's sessions, or by `****` where they are many. What leads to a session (the link of a
// renewed token) is named with it. A touch is in another file, and when a live row is due says nothing.
//
// Should a later version name changes otherwise, it must rename the table: a process of this release that has the file
// open then trusts nothing that it has cached.

/** How many of the last changes stay in the list; a reader that missed more than these drops everything. */
export const KEPT = 2048
/** The list is cut to KEPT each time it has grown by so many: were it at each change, one more page would be written. */
export const CUT = 512
/** The most sessions of a user that his cutoff names one by one. */
export const NAMED_APART = 256

export const ALL = '****'
export const PIECE = 4
export const ENTRY = 12

const random = 'hex(randomblob(4))'
const entryOf = (key: string) =>
  `CASE typeof(${key}) WHEN 'blob' THEN hex(substr(${key}, 1, 2)) ELSE '${ALL}' END || ${random}`

/** For whoever changes rows without the triggers. */
export const NAME_ALL = `INSERT INTO changes (entry) VALUES ('${ALL}' || ${random});`

const nameKey = (key: string) => `
    INSERT INTO changes (entry) VALUES (${entryOf(key)});
    INSERT INTO changes (entry) SELECT ${entryOf('key')} FROM sessions WHERE kind = 1 AND target = ${key};`

const nameUser = (row: 'NEW' | 'OLD') => {
  const theirs = `sessions AS s WHERE s.site = ${row}.site AND s.user = ${row}.user`
  return `
    INSERT INTO changes (entry) SELECT ${entryOf('s.key')} FROM ${theirs} LIMIT ${NAMED_APART};
    INSERT INTO changes (entry) SELECT ${entryOf('l.key')} FROM sessions AS l
      WHERE l.kind = 1 AND l.target IN (SELECT s.key FROM ${theirs} LIMIT ${NAMED_APART});
    INSERT INTO changes (entry) SELECT '${ALL}' || ${random} FROM ${theirs} LIMIT 1 OFFSET ${NAMED_APART};`
}

const trigger = (name: string, when: string, what: string) => `
  CREATE TRIGGER ${name} AFTER ${when} BEGIN${what}
  END;`

export const CHANGES = `
  CREATE TABLE changes (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL);
  ${NAME_ALL}
  ${trigger('sessions_added', 'INSERT ON sessions', nameKey('NEW.key'))}
  ${trigger('sessions_dropped', 'DELETE ON sessions', nameKey('OLD.key'))}
  ${trigger(
    'sessions_changed',
    'UPDATE OF key, kind, id, site, user, ended, target, body, wrapped_key, sealed ON sessions',
    nameKey('OLD.key'),
  )}
  ${trigger('cutoffs_added', 'INSERT ON cutoffs', nameUser('NEW'))}
  ${trigger('cutoffs_dropped', 'DELETE ON cutoffs', nameUser('OLD'))}
  ${trigger('cutoffs_changed', 'UPDATE ON cutoffs', nameUser('OLD') + nameUser('NEW'))}
  ${trigger(
    'changes_cut',
    `INSERT ON changes WHEN NEW.seq % ${CUT} = 0`,
    `
    DELETE FROM changes WHERE seq <= NEW.seq - ${KEPT};`,
  )}`

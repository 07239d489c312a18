// What stands beside the sessions: last-seen times, what `endAll` left, and whose the sessions are.

import { decodeCutoff, decodeId, RECORD } from '../codec.ts'
import { arrays, first, values } from '../statements.ts'
import type { Looking } from './check-sessions.ts'
import { CLOCK_TOLERANCE, isId } from './judging.ts'
import type { StoreReport, UserReport } from './report.ts'

const AT_ONCE = 2000
const USERS_SHOWN = 5

const CLOCK = "this machine's clock is or was wrong: set it (NTP)"

/** One of no session costs some bytes, until the sweeper comes by it. */
export async function checkTouches({ db, seen: table, at, counts, problems, watch }: Looking): Promise<void> {
  const slice = arrays(
    db.prepare(`
      SELECT t.id, t.at, EXISTS (SELECT 1 FROM main.sessions AS s WHERE s.id = t.id AND s.kind = ${RECORD})
      FROM ${table} AS t WHERE t.id > ? ORDER BY t.id LIMIT ${AT_ONCE}`),
  )
  const total = first(arrays(db.prepare(`SELECT count(*) FROM ${table}`)).get()) as number
  const last = '' // text sorts before bytes, so an id that is none comes first
  for (let after: string | Uint8Array = last; ; ) {
    const rows = slice.all(after).map((row) => values(row)!)
    if (rows.length === 0) return
    for (const [id, seen, known] of rows) {
      counts.touches++
      if (known === 0) counts.strayTouches++
      if (!(id instanceof Uint8Array) || !isId(decodeId(id)) || !Number.isInteger(seen)) {
        problems.add(
          'a last-seen time that cannot be read',
          'last-seen times',
          'delete FILE-touches while nobody has it open',
        )
      } else if ((seen as number) > at + CLOCK_TOLERANCE) {
        problems.add(
          'a session last seen in the future, which its idle timeout does not end until then',
          `session ${decodeId(id)}`,
          `${CLOCK}; end the session, or delete the store's -touches file while nobody has it open`,
        )
      }
    }
    after = rows.at(-1)?.[0] as Uint8Array
    watch.tell({ step: 'reading', done: Math.min(counts.touches, total), total })
    await watch.turn()
  }
}

export async function checkCutoffs({ db, file, at, counts, problems, watch }: Looking): Promise<void> {
  const slice = arrays(
    db.prepare(`
      SELECT site, user, epoch, at, except_id FROM main.cutoffs
      WHERE (site, user) > (?, ?) ORDER BY site, user LIMIT ${AT_ONCE}`),
  )
  for (let site = '', user = ''; ; ) {
    const rows = slice.all(site, user).map((row) => values(row)!)
    if (rows.length === 0) return
    for (const [number, row] of rows.entries()) {
      const place = `cutoffs, row ${counts.cutoffs + number + 1}`
      const cutoff = decodeCutoff(row.slice(2))
      if (cutoff === null || !Number.isInteger(cutoff.epoch) || !Number.isInteger(cutoff.at)) {
        problems.add('a cutoff that cannot be read', place, `restore a backup, or look at it: sqlite3 ${file}`)
      } else if (cutoff.at > at + CLOCK_TOLERANCE) {
        problems.add(
          'a user who cannot sign in until some time in the future',
          place,
          `${CLOCK}; once that is done, end all of his sessions again`,
        )
      }
    }
    counts.cutoffs += rows.length
    ;[site, user] = rows.at(-1) as unknown as [string, string]
    await watch.turn()
  }
}

/** By the users' index, in which one's sessions are neighbours. */
export function countUsers({ db }: Looking, names: boolean): StoreReport['users'] {
  const counted = arrays(
    db.prepare('SELECT site, user, count(*) FROM main.sessions WHERE user IS NOT NULL GROUP BY site, user'),
  )
  let count = 0
  let most: UserReport[] = []
  for (const row of counted.iterate()) {
    const [site, user, sessions] = values(row) as unknown as [string, string, number]
    count++
    if (most.length === USERS_SHOWN && sessions <= most.at(-1)!.sessions) continue
    most = [...most, { site, user: names ? user : null, sessions }]
      .sort((a, b) => b.sessions - a.sessions)
      .slice(0, USERS_SHOWN)
  }
  return { count, most }
}

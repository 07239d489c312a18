// A new token for the same session and the same user (E3): at once, where a privilege changed; with a link that lets
// the old one live on briefly, where nothing changed but the hour.

import { type Begun, begin, renewed } from './begin.ts'
import { draftOf } from './data.ts'
import { sessionEnded } from './errors.ts'
import type { Hold } from './hold.ts'
import type { Held } from './read-cache.ts'

/** What `session.rotate` does, and throws. */
export async function rotate<Data>(hold: Hold<Data>): Promise<void> {
  if (hold.held === null) return
  hold.assertMayIssue()
  await hold.act(async () => {
    if (hold.held === null) throw sessionEnded(hold.ended?.reason ?? 'revoked')
    const { record, data } = hold.held
    const next = begin(hold.engine, {
      continues: record,
      identity: { user: record.user, methods: record.methods, remembered: record.remembered },
      authenticates: false,
      data: await hold.engine.settings.codec.write(draftOf(data)),
      client: record.client,
      brief: false,
    })
    if (!(await succeed(hold, hold.held, next, 'tombstone'))) return false
    hold.engine.events.emit({ type: 'rotated', id: record.id })
    return true
  })
}

/** Gives a new token on a page load. Where another request was faster, nothing happens. */
export async function renew<Data>(hold: Hold<Data>): Promise<void> {
  if (hold.held === null) return
  const { id } = hold.held.record
  const next = renewed(hold.engine, hold.held)
  if (await succeed(hold, hold.held, next, 'link')) hold.engine.events.emit({ type: 'renewed', id })
}

async function succeed<Data>(
  hold: Hold<Data>,
  { record: old }: Held<Data>,
  next: Begun<Data>,
  leave: 'tombstone' | 'link',
): Promise<boolean> {
  const { engine } = hold
  const { record } = next.held
  await engine.housekeeping.settle(old.id)
  const outcome = await engine.apply(leave === 'link' ? 'renew a token' : 'rotate a token', () =>
    engine.settings.store.rotate({
      record,
      at: engine.now(),
      signIn: null,
      from: old.key,
      version: old.version,
      leave,
    }),
  )
  engine.forget(old.key)
  if (outcome.state === 'conflict' || outcome.state === 'gone') return false
  hold.issue(next, outcome)
  return true
}

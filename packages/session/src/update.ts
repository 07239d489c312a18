// Changing a session's data (E2): one compare-and-swap, run again on the newest data where another request was faster,
// and settled from the record where its answer was lost.

import { begin } from './begin.ts'
import { draftOf, type Frozen, frozen } from './data.ts'
import { SessionError, sessionEnded } from './errors.ts'
import type { Hold } from './hold.ts'
import type { Held } from './read-cache.ts'
import { sealData } from './seal.ts'
import { type Doubtful, fateOf, REMEMBERED_WRITES } from './settling.ts'
import type { SessionRecord } from './store.ts'
import { newNonce } from './token.ts'

/** Returns what takes the place of the data that it is given, which is frozen. It may run more than once. */
export type Transform<Data> = (data: Frozen<Data>) => Data | Frozen<Data>

/** Alters the data that it is given, or returns what takes its place. It may run more than once. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is the usual one
export type Change<Data> = (data: Data) => Data | void

/** What `session.update` does, and throws. A session that has to begin is brief where the visitor may be a robot. */
export function update<Data>(hold: Hold<Data>, change: Change<Data>, brief: boolean): Promise<void> {
  return transform(hold, (data) => changedDraft(data, change), brief)
}

/** As `update`, by a function that alters nothing and returns what takes the place of the frozen data. */
export async function transform<Data>(hold: Hold<Data>, change: Transform<Data>, brief: boolean): Promise<void> {
  const doubtful: Doubtful[] = []
  await hold.act(async () => {
    if (wasApplied(hold.held, doubtful)) return true
    if (hold.held !== null) return replace(hold, hold.held, change, doubtful)
    await beginWith(hold, change, brief)
    return true
  })
}

async function replace<Data>(
  hold: Hold<Data>,
  held: Held<Data>,
  change: Transform<Data>,
  doubtful: Doubtful[],
): Promise<boolean> {
  const { engine } = hold
  const { json, data } = await engine.settings.codec.write(change(held.data as Frozen<Data>))
  const nonce = newNonce()
  const next: SessionRecord = {
    ...held.record,
    version: held.record.version + 1,
    writes: [...held.record.writes.slice(1 - REMEMBERED_WRITES), nonce],
  }
  const record = { ...next, sealed: sealData(held.dataKey, json, next) }
  const write: Doubtful = { nonce, version: record.version }
  await engine.housekeeping.settle(record.id)
  let sendings = 0
  const send = () => {
    sendings++
    return engine.settings.store.replace(record, nonce, engine.now())
  }
  const outcome = await engine.apply('update a session', send).catch(async (error) => {
    engine.forget(record.key)
    // No answer came, but the record may tell.
    await hold.refresh().catch(() => {})
    if (hold.held !== null && fateOf(write, hold.held.record) === 'applied') return 'settled' as const
    throw error
  })
  if (outcome === 'settled') return true
  if (outcome === 'done') {
    hold.keep({ ...held, record, data })
    return true
  }
  engine.forget(record.key)
  if (sendings > 1) doubtful.push(write)
  if (outcome === 'conflict') return false
  await hold.refresh()
  const reason = hold.ended?.reason ?? 'revoked'
  // Its data, and with it perhaps this change, lives on under a token that this request never saw.
  if (sendings > 1 && reason === 'rotated') throw unsettled()
  throw sessionEnded(reason)
}

/** Whether one of the writes that got no answer turns out to have been applied: then the change is done. */
function wasApplied<Data>(held: Held<Data> | null, doubtful: readonly Doubtful[]): boolean {
  if (held === null) return false
  const fates = doubtful.map((write) => fateOf(write, held.record))
  if (fates.includes('applied')) return true
  if (fates.includes('unknown')) throw unsettled()
  return false
}

async function beginWith<Data>(hold: Hold<Data>, change: Transform<Data>, brief: boolean): Promise<void> {
  const { engine, exchange, ended } = hold
  if (ended?.late === true) throw sessionEnded(ended.reason)
  hold.assertMayIssue()
  const { codec, store } = engine.settings
  const begun = begin(engine, {
    continues: null,
    identity: { user: null, methods: [], remembered: false },
    authenticates: false,
    data: await codec.write(change(frozen(codec.initial()) as Frozen<Data>)),
    client: exchange.client,
    brief,
  })
  const { record } = begun.held
  const outcome = await engine.apply('begin a session', () => store.create({ record, at: engine.now(), signIn: null }))
  hold.issue(begun, outcome)
  engine.events.emit({ type: 'created', id: record.id })
}

function changedDraft<Data>(data: Frozen<Data>, change: Change<Data>): Data {
  const draft = draftOf<Data>(data)
  const result = change(draft) ?? draft
  if (typeof (result as PromiseLike<unknown>).then === 'function') {
    throw new SessionError('ERR_ARGUMENT', 'the function given to update() must not be async: it may run again')
  }
  return result
}

function unsettled(): SessionError {
  return new SessionError(
    'ERR_WRITE_UNKNOWN',
    'nobody can say whether the store did this: update a session (the answer was lost, and since then too much happened)',
  )
}

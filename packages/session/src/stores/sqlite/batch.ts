// One batch of writes in one transaction: many commits for the price of one (group commit).
//
//   BEGIN IMMEDIATE   waits for other processes, for a bounded time
//   each operation    under a savepoint: one that fails leaves nothing behind and takes no other down
//   COMMIT            synced to disk where the batch ends, rotates or signs in anything: a power cut must not bring
//                     back what was signed out. Other commits survive the process, but not every power cut.
//   last-seen times   into their own file
//
// Every outcome says that its operation took effect, that it did not, or that nobody knows (E2).

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Effect, effectOfFailedCommit, explain } from './failures.ts'
import { whileBusy } from './lock.ts'
import { isDurable, type Operation, type Outcome, perform } from './operations.ts'
import { assertInPlace, OutOfPlace, type Place } from './place.ts'
import { assertKnown, open, touchesOf } from './schema.ts'
import { arrays, first } from './statements.ts'
import { Touches } from './touches.ts'
import { SESSIONS } from './versions.ts'
import { WritingRows } from './writing-rows.ts'

const WAL_LIMIT = 64 * 1024 * 1024
const TIDIED_AT_ONCE = 100

export interface BatchOptions {
  readonly file: string
  /** How long to wait for another process's lock, in milliseconds. */
  readonly lockTimeout: number
  /** Where the files stood when the store was opened. */
  readonly place?: Place
}

/** Runs batches of writes on the file; belongs to the writer thread. */
export class BatchRunner {
  readonly #options: BatchOptions
  #connection: Connection | undefined

  constructor(options: BatchOptions) {
    this.#options = options
  }

  /** The outcome of each operation, in their order. Never throws. */
  run(operations: readonly Operation[]): Outcome[] {
    const problem = this.#misplaced()
    if (problem !== undefined) return failAll(operations, 'none', explain(this.#options.file, problem))
    try {
      this.#connection ??= whileBusy(this.#options.lockTimeout, () => connect(this.#options))
      return this.#connection.run(operations)
    } catch (error) {
      this.#abandon()
      const cause = error instanceof CommitFailed ? error.cause : error
      const effect = error instanceof CommitFailed ? effectOfFailedCommit(cause) : 'none'
      return failAll(operations, effect, explain(this.#options.file, cause))
    }
  }

  // The connection stays as it is, for when the file is put back. Where only what stands beside it was deleted, what was
  // written there is saved into the file itself, as long as nobody has begun anew there.
  #misplaced(): unknown {
    const { place } = this.#options
    if (place === undefined) return undefined
    try {
      assertInPlace(place)
      return undefined
    } catch (problem) {
      if (problem instanceof OutOfPlace && problem.sidecars) this.#connection?.save()
      return problem
    }
  }

  close(): void {
    const connection = this.#connection
    this.#connection = undefined
    connection?.close()
  }

  // What is left of the connection is not to be trusted. Closing it rolls back; the next batch opens the file anew.
  #abandon(): void {
    try {
      this.close()
    } catch {
      // The error that led here says more.
    }
  }
}

function connect(options: BatchOptions): Connection {
  const opened: DatabaseSync[] = []
  try {
    opened.push(open(options.file), open(touchesOf(options.file)))
    const [db, touches] = opened as [DatabaseSync, DatabaseSync]
    return new Connection(options, db, new Touches(touchesOf(options.file), touches))
  } catch (error) {
    for (const db of opened) db.close()
    throw error
  }
}

class Connection {
  readonly #options: BatchOptions
  readonly #db: DatabaseSync
  readonly #touches: Touches
  readonly #rows: WritingRows
  readonly #version: StatementSync
  readonly #savepoint: StatementSync
  readonly #rollback: StatementSync
  readonly #release: StatementSync
  #synced: boolean | undefined

  constructor(options: BatchOptions, db: DatabaseSync, touches: Touches) {
    this.#options = options
    this.#db = db
    this.#touches = touches
    // On macOS a plain fsync does not reach the disk. What ended is overwritten where that costs no extra write.
    db.exec('PRAGMA fullfsync = ON; PRAGMA secure_delete = FAST; PRAGMA trusted_schema = OFF')
    db.exec(`PRAGMA journal_size_limit = ${WAL_LIMIT}`)
    this.#rows = new WritingRows(db, touches)
    this.#version = arrays(db.prepare('PRAGMA main.user_version'))
    this.#savepoint = db.prepare('SAVEPOINT operation')
    this.#rollback = db.prepare('ROLLBACK TO operation')
    this.#release = db.prepare('RELEASE operation')
  }

  run(operations: readonly Operation[]): Outcome[] {
    this.#touches.backTo(0)
    // Being seen changes nothing in the main file, and so waits for no one who has it locked.
    const outcomes = operations.every(({ name }) => name === 'touch')
      ? operations.map((operation) => this.#perform(operation))
      : this.#transact(operations)
    return this.#writeTouches(operations, outcomes)
  }

  /** What was committed, into the main file. */
  save(): void {
    try {
      this.#db.exec('PRAGMA main.wal_checkpoint(PASSIVE)')
    } catch {
      // Nobody is worse off than before.
    }
  }

  close(): void {
    try {
      this.#touches.close()
    } finally {
      this.#db.close()
    }
  }

  #transact(operations: readonly Operation[]): Outcome[] {
    this.#begin(operations.some(isDurable))
    const outcomes: Outcome[] = []
    for (const operation of operations) {
      this.#savepoint.run()
      const outcome = this.#perform(operation)
      if (outcome.state === 'failed') {
        // A full disk and the like undo the whole transaction, with what went well before.
        if (!this.#db.isTransaction) return failAll(operations, 'none', outcome.message)
        this.#rollback.run()
      }
      this.#release.run()
      outcomes.push(outcome)
    }
    if (outcomes.every(({ state }) => state === 'failed')) {
      this.#db.exec('ROLLBACK')
      return outcomes
    }
    try {
      this.#db.exec('COMMIT')
      if (this.#options.place !== undefined) assertInPlace(this.#options.place)
    } catch (cause) {
      throw new CommitFailed('the commit failed', { cause })
    }
    return outcomes
  }

  #begin(synced: boolean): void {
    if (this.#synced !== synced) {
      this.#db.exec(`PRAGMA main.synchronous = ${synced ? 'FULL' : 'NORMAL'}`)
      this.#synced = synced
    }
    whileBusy(this.#options.lockTimeout, () => this.#db.exec('BEGIN IMMEDIATE'))
    assertKnown(this.#options.file, SESSIONS, first(this.#version.get()) as number)
  }

  #perform(operation: Operation): Outcome {
    const mark = this.#touches.mark
    try {
      const value = perform(this.#rows, operation)
      const isSwept = operation.name === 'sweep' && value === 0
      if (isSwept) this.#touches.tidy(TIDIED_AT_ONCE, (id) => this.#rows.keyOf(id) !== undefined)
      return { state: 'done', value }
    } catch (error) {
      this.#touches.backTo(mark)
      return { state: 'failed', effect: 'none', message: explain(this.#options.file, error) }
    }
  }

  // The main file has committed. Only who asked for nothing but touches hears that they could not be written.
  #writeTouches(operations: readonly Operation[], outcomes: Outcome[]): Outcome[] {
    try {
      this.#touches.write()
      return outcomes
    } catch (error) {
      const failed: Outcome = { state: 'failed', effect: 'none', message: explain(this.#options.file, error) }
      return outcomes.map((outcome, i) => (operations[i]?.name === 'touch' ? failed : outcome))
    }
  }
}

class CommitFailed extends Error {}

function failAll(operations: readonly Operation[], effect: Effect, message: string): Outcome[] {
  return operations.map(() => ({ state: 'failed', effect, message }))
}

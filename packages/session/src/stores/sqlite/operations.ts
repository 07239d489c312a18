// The writes of the store contract as messages to the writer thread, and their outcomes as messages back.

import type { Rows } from '../reading.ts'
import * as writing from '../writing.ts'
import type { Effect } from './failures.ts'

/** Milliseconds. */
const SWEEP_TIME = 2
const SWEPT_AT_ONCE = 4

const PERFORM = {
  create: writing.create,
  replace: writing.replace,
  rotate: writing.rotate,
  confirm: writing.confirm,
  end: writing.end,
  endById: writing.endById,
  endAll: writing.endAll,
  touch: writing.touch,
  sweep: sweepBriefly,
} as const

type Performed = typeof PERFORM
export type OperationName = keyof Performed
export type Arguments<Name extends OperationName> =
  Parameters<Performed[Name]> extends [Rows, ...infer Rest] ? Rest : never
export type Result<Name extends OperationName> = ReturnType<Performed[Name]>

export type Operation = {
  [Name in OperationName]: { readonly name: Name; readonly args: Arguments<Name> }
}[OperationName]

export type Outcome =
  | { readonly state: 'done'; readonly value: unknown }
  | { readonly state: 'failed'; readonly effect: Effect; readonly message: string }

export function perform(into: Rows, { name, args }: Operation): unknown {
  return (PERFORM[name] as (into: Rows, ...rest: readonly unknown[]) => unknown)(into, ...args)
}

/**
 * Other writes wait for as long as this has the file: it looks at the clock every few rows. At random places of a large
 * file a row takes a tenth of a millisecond, and several where the disk is busy.
 */
function sweepBriefly(rows: Rows, at: number, max: number): number {
  const until = performance.now() + SWEEP_TIME
  let swept = 0
  do {
    const some = writing.sweep(rows, at, Math.min(SWEPT_AT_ONCE, max - swept))
    if (some === 0) break
    swept += some
  } while (swept < max && performance.now() < until)
  return swept
}

/** Whether a power cut after it was acknowledged must not undo it: whatever ends a token or signs someone in. */
export function isDurable(operation: Operation): boolean {
  switch (operation.name) {
    case 'create':
      return operation.args[0].record.user !== null
    case 'rotate':
    case 'end':
    case 'endById':
    case 'endAll':
      return true
    default:
      return false
  }
}

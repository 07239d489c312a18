// The writes of the store contract as messages to the writer thread, and their outcomes as messages back.

import type { Rows } from '../reading.ts'
import * as writing from '../writing.ts'
import type { Effect } from './failures.ts'

const PERFORM = {
  create: writing.create,
  replace: writing.replace,
  rotate: writing.rotate,
  confirm: writing.confirm,
  end: writing.end,
  endById: writing.endById,
  endAll: writing.endAll,
  touch: writing.touch,
  sweep: writing.sweep,
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

// Answers as arrays, which cost less than objects with a name per column; node:sqlite's types do not know them.

import type { SQLOutputValue, StatementSync } from 'node:sqlite'

export function arrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true)
  return statement
}

/** A row of a statement that answers with arrays. */
export function values(row: unknown): readonly SQLOutputValue[] | undefined {
  return row as readonly SQLOutputValue[] | undefined
}

export function first(row: unknown): SQLOutputValue | undefined {
  return values(row)?.[0]
}

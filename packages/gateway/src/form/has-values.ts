// Whether a form is the one that a rule describes by the values of its fields (G3): DokuWiki and others send all of their
// forms to one address.
//
// What may be the sign-in counts as one: a value that only some server would take for this one, or that stands in the
// address alone, a body that cannot be read. A form taken for a sign-in wrongly gets a new token; the other mistake would
// leave a planted token good, and a user without a name.

import { FieldName, foldCase } from './field-name.ts'
import type { Fields } from './user-name.ts'

/** @param form - field by field its value, or `*` for any that is not empty */
export async function hasValues(
  form: Readonly<Record<string, string>>,
  inBody: (field: FieldName) => Promise<Fields>,
  inQuery: (field: FieldName) => Fields,
): Promise<boolean> {
  for (const [name, value] of Object.entries(form)) {
    const field = new FieldName(name)
    if (!has(await inBody(field), value) && !has(inQuery(field), value)) return false
  }
  return true
}

/**
 * Whether a box is checked: browsers leave out one that is not, frameworks send a `0` or `false` with it. What cannot be read
 * is not: a session that ends with the browser is the safe mistake.
 */
export function isChecked(fields: Fields): boolean {
  return typeof fields !== 'string' && fields.some(({ value, token }) => !OFF.has(fold(value ?? token ?? '')))
}

const OFF = new Set(['', '0', 'false', 'off', 'no', 'null', '{', '['])

function has(fields: Fields, value: string): boolean {
  if (typeof fields === 'string') return true
  return fields.some((found) => found.value === null || isMeant(found.value, value))
}

function isMeant(found: string, value: string): boolean {
  const text = fold(found)
  return value === '*' ? text !== '' : text === fold(value)
}

function fold(text: string): string {
  return foldCase(text.normalize('NFC').trim())
}

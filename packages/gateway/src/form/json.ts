// The value in a JSON text that is the user's name. JSON.parse says whether the text is JSON; what it does not say is
// whether a key stands there twice, of which servers take the first or the last (RFC 8259 §4), or in two cases, which Go
// and .NET take for one. So the tokens on the way to the field are looked at.

import { type FieldName, foldCase } from './field-name.ts'
import { utf8 } from './text.ts'
import type { Fields } from './user-name.ts'

/** @param bytes - a JSON text: no other encoding than UTF-8 is JSON (RFC 8259 §8.1) */
export function jsonFields(bytes: Buffer, field: FieldName): Fields {
  const text = utf8(bytes)
  if (text === null) return 'malformed'
  try {
    JSON.parse(text)
  } catch {
    return 'malformed'
  }
  const token = field.path.length === 0 ? null : tokenAt(text, field.path)
  if (token === AMBIGUOUS) return 'ambiguous'
  return token === null || token === 'null' ? [] : [{ name: '', value: textOfToken(token), token }]
}

/** An object or a list on the way. */
interface Level {
  readonly isList: boolean
  /** Whether it is what the path leads to so far. */
  readonly isOnPath: boolean
  /** The key, or place, of the value that comes. */
  key: string | number
  /** Whether the way led on from here already. */
  isTaken: boolean
}

const AMBIGUOUS = Symbol('ambiguous')

// In a text that is JSON these are all there is but white space and colons.
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]|[^\s"{}[\],:]+/g

/** The token with which the value at a path begins; null where there is none. */
function tokenAt(text: string, path: readonly string[]): string | typeof AMBIGUOUS | null {
  let found: string | null = null
  const levels: Level[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    const isKey = level?.isList === false && token.startsWith('"') && (last === '{' || last === ',')
    last = token
    if (token === '}' || token === ']') levels.pop()
    else if (token === ',') {
      if (level?.isList) level.key = (level.key as number) + 1
    } else if (isKey) level.key = JSON.parse(token) as string
    else {
      const leads = level === undefined || (level.isOnPath && foldCase(String(level.key)) === path[levels.length - 1])
      if (leads && level?.isTaken) return AMBIGUOUS
      if (leads && level !== undefined) level.isTaken = true
      if (leads && levels.length === path.length) found = token
      if (token !== '{' && token !== '[') continue
      const isList = token === '['
      levels.push({ isList, isOnPath: leads && levels.length < path.length, key: isList ? 0 : '', isTaken: false })
    }
  }
  return found
}

/** Null for what is no name: an object, a list, true. A number is as it stands there. */
function textOfToken(token: string): string | null {
  if (token.startsWith('"')) return JSON.parse(token) as string
  return /^\d{1,15}$/.test(token) ? token : null
}

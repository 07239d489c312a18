// A parameter that an address has: `logout`, `action=logout`.

import type { QueryRule } from '../config.ts'
import { type Refused, refused } from './refused.ts'

export function parseQueryRule(text: string): QueryRule | Refused {
  if (/[&;?#]/.test(text)) return refused('is more than one parameter', 'write one, without "?": action=logout')
  if (/[%+]|\p{Cc}/u.test(text)) return refused('is escaped', 'write it as it is read: title=sign out')
  const equals = text.indexOf('=')
  const name = (equals === -1 ? text : text.slice(0, equals)).trim()
  if (name === '') return refused('names no parameter', 'write for example action=logout')
  return { name, value: equals === -1 ? null : text.slice(equals + 1).trim() }
}

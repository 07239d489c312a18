// The fields of an urlencoded form or of a query that are the user's name.

import type { FieldName } from './field-name.ts'
import { type Charset, textOf } from './text.ts'
import type { Fields, Found } from './user-name.ts'

/** How the application's server reads a form. */
export interface FormReading {
  readonly charset: Charset
  /** `%u00fc` in a value is ü: the server is ASP.NET. Elsewhere nobody knows what it is. */
  readonly wideEscapes: boolean
}

/** @param text - the form as it came, as Latin-1 */
export function urlencodedFields(text: string, field: FieldName, reading: FormReading): Fields {
  const found: Found[] = []
  for (const part of text.split('&')) {
    // Some servers take a semicolon for an ampersand; browsers never leave one as it is.
    const pairs = part.includes(';') ? [part, ...part.split(';')] : [part]
    for (const pair of pairs) {
      if (pair === '') continue
      const equals = pair.indexOf('=')
      const name = field.spelling(decodedName(equals === -1 ? pair : pair.slice(0, equals)))
      if (name === null) continue
      const value = equals === -1 ? '' : decodedValue(pair.slice(equals + 1), reading)
      if (value === null) return 'ambiguous'
      found.push({ name, value })
    }
  }
  return found
}

const ESCAPE = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi

function decodedName(name: string): string {
  if (!/[+%\x80-\xff]/.test(name)) return name
  return decoded(name, { charset: 'utf-8', wideEscapes: true })
}

function decodedValue(value: string, reading: FormReading): string | null {
  if (!/[+%\x80-\xff]/.test(value)) return value
  const broken = reading.wideEscapes ? /%(?!u[0-9a-f]{4}|[0-9a-f]{2})/i : /%(?![0-9a-f]{2})/i
  return broken.test(value) ? null : decoded(value, reading)
}

function decoded(text: string, { charset, wideEscapes }: FormReading): string {
  const plain = text.replaceAll('+', ' ')
  if (!wideEscapes || !/%u/i.test(plain)) return decodedBytes(plain, charset)
  return plain
    .split(/(%u[0-9a-f]{4})/i)
    .map((piece) => (/^%u/i.test(piece) ? character(piece.slice(2)) : decodedBytes(piece, charset)))
    .join('')
}

function decodedBytes(text: string, charset: Charset): string {
  return textOf(Buffer.from(text.replace(ESCAPE, unescaped), 'latin1'), charset)
}

function unescaped(triplet: string, wide: string | undefined, hex: string): string {
  return wide === undefined ? character(hex) : triplet
}

function character(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

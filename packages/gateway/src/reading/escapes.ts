// Escapes of a path, in one spelling (RFC 3986 §2.1, §6.2.2).

import { isUtf8 } from 'node:buffer'

const UNRESERVED = /[A-Za-z0-9._~-]/

/**
 * The path with escapes of unreserved characters undone, all others in capitals, and bytes beyond ASCII as escapes. It
 * names the same bytes, whatever they are encoded in.
 *
 * @param path - bytes as Latin-1, as Node reads them
 * @example inOneSpelling('/%7euser/%e4\xe4') // '/~user/%E4%E4'
 */
export function inOneSpelling(path: string): string {
  return path.replace(/%[0-9a-f]{2}|[^\0-\x7f]/gi, (found) => {
    const code = found.length === 1 ? found.charCodeAt(0) : Number.parseInt(found.slice(1), 16)
    return spelt(code)
  })
}

/** A byte as a path spells it: itself where it is unreserved, else as an escape. */
export function spelt(code: number): string {
  const character = String.fromCharCode(code)
  return UNRESERVED.test(character) ? character : `%${code.toString(16).toUpperCase().padStart(2, '0')}`
}

/**
 * RFC 3986 §5.2.4: a path without `.` and `..`.
 *
 * @example withoutDots('/a/./b/../c') // '/a/c'
 */
export function withoutDots(path: string): string {
  if (!path.includes('/.')) return path
  const kept: string[] = []
  const segments = path.slice(1).split('/')
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    if (segment !== '.' && segment !== '..') kept.push(segment)
    else if (last) kept.push('')
  })
  return `/${kept.join('/')}`
}

/**
 * The form in which paths and patterns are compared. Characters that mean the same escaped or not (RFC 3986 §2.2, but for
 * `/`, `;`, `?` and `#`, which part what is around them) stand plain, what no URL may hold stands escaped. Bytes that are
 * not UTF-8 are taken for Windows-1252, as old Windows and Java servers write `é`, and spelt in UTF-8: so one pattern
 * covers both spellings.
 *
 * @param path - in one spelling
 * @param foldCase - letters beyond ASCII in lower case too; those of ASCII are left to the pattern's own flag
 * @example comparable('/caf%E9%21', false) // '/caf%C3%A9!'
 */
export function comparable(path: string, foldCase: boolean): string {
  if (!/[^A-Za-z0-9._~/;!$&'()*+,=:@-]/.test(path)) return path
  const plain = path
    .replace(/%(2[146-9A-C]|3[AD]|40)/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/["<>[\]^`{|}]/g, (character) => spelt(character.charCodeAt(0)))
  return /%[89A-F]/.test(plain) ? plain.replace(/(?:%[89A-F][0-9A-F])+/g, (run) => asUtf8(run, foldCase)) : plain
}

const windows1252 = new TextDecoder('windows-1252')

function asUtf8(run: string, foldCase: boolean): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
  const valid = isUtf8(bytes)
  if (valid && !foldCase) return run
  const text = valid ? bytes.toString() : windows1252.decode(bytes)
  return encodeURIComponent(foldCase ? text.normalize('NFC').toLowerCase() : text)
}

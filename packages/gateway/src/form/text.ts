// The text of a field's bytes: UTF-8 where it is that, else what browsers call Latin-1 (windows-1252), which older sites
// take without saying so. Were what is no UTF-8 turned into question marks, two users would become one.

export type Charset = 'utf-8' | 'latin1'

/** The charset that a Content-Type names; utf-8 where it names none, null for one that is not read. */
export function charsetOf(name: string | undefined): Charset | null {
  const label = name?.trim().toLowerCase() ?? 'utf-8'
  if (/^(utf-?8|us-ascii|ascii)$/.test(label)) return 'utf-8'
  return /^(iso-?8859-1|latin-?1|windows-1252|cp1252)$/.test(label) ? 'latin1' : null
}

const western = new TextDecoder('windows-1252')
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function textOf(bytes: Buffer, charset: Charset): string {
  return (charset === 'utf-8' ? utf8(bytes) : null) ?? western.decode(bytes)
}

/** Null where the bytes are no UTF-8. */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes)
  } catch {
    return null
  }
}

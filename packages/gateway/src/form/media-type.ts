// What a Content-Type header says of a body, where it says one thing (RFC 9110 §8.3.1).

export interface MediaType {
  /** In lower case. */
  readonly type: string
  /** Names in lower case; values without quotes. */
  readonly parameters: ReadonlyMap<string, string>
}

const TYPE = /^[ \t]*([!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+)[ \t]*(?=;|$)/
const PARAMETER = /[ \t]*;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"([^"\\]*)"|([^\s;"\\,]+))[ \t]*)?(?=;|$)/y

/**
 * Null where servers may read it differently: a parameter given twice, a broken or escaped quote.
 *
 * @example parseMediaType('text/html; Charset="utf-8"')?.parameters.get('charset') // 'utf-8'
 */
export function parseMediaType(header: string): MediaType | null {
  const match = TYPE.exec(header)
  if (match === null) return null
  const parameters = new Map<string, string>()
  PARAMETER.lastIndex = match[0].length
  while (PARAMETER.lastIndex < header.length) {
    const found = PARAMETER.exec(header)
    if (found === null) return null
    const [, name, quoted, plain] = found
    if (name === undefined) continue
    if (parameters.has(name.toLowerCase())) return null
    parameters.set(name.toLowerCase(), quoted ?? (plain as string))
  }
  return { type: match[1]!.toLowerCase(), parameters }
}

/** Two Content-Type headers are two types, of which servers take either (G1). */
export function hasSeveralTypes(rawHeaders: readonly string[]): boolean {
  let seen = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 12 && name.toLowerCase() === 'content-type') seen++
  }
  return seen > 1
}

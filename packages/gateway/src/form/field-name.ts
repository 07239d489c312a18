// The field that names the user: how it is found among the names of a form, and in JSON.
//
// Names are folded as the more lenient servers fold them, together: case (ASP.NET), `%u0055` for `U` (ASP.NET), cut off
// at NUL, space in front, `.` and space for `_`, `user[]` for `user` (PHP). A field that only a lenient server takes for
// this one is harmless alone: a strict one finds no name and signs nobody in. Beside the true one it would be a second
// name (G1).

export class FieldName {
  /** Where it is in JSON, key by key, folded. */
  readonly path: readonly string[]
  readonly #folded: string
  readonly #isSuffix: boolean
  readonly #hasBrackets: boolean

  /**
   * @param field - a name (`user`, `user[email]`), the end of one (`*$UserName`), or for JSON a path (`user.email`) or
   *   pointer (`/user/email`)
   */
  constructor(field: string) {
    this.#isSuffix = field.startsWith('*')
    const name = this.#isSuffix ? field.slice(1) : field
    this.#hasBrackets = name.includes('[')
    this.#folded = fold(name)
    this.path = this.#isSuffix ? [] : pathOf(field)
  }

  /** The folded form of a name that is this field's; null where it is another's. */
  spelling(name: string): string | null {
    const whole = fold(name)
    const folded = this.#hasBrackets ? whole : whole.replace(/(?<!^)\[.*$/s, '')
    return (this.#isSuffix ? folded.endsWith(this.#folded) : folded === this.#folded) ? folded : null
  }
}

function fold(name: string): string {
  const end = name.indexOf('\0', 1)
  const whole = end === -1 ? name : name.slice(0, end)
  return foldCase(whole.trim()).replace(/[ .]/g, '_')
}

/** Also for what folds in one direction alone: `ſ` and the Kelvin sign, which Go takes for `s` and `k`. */
export function foldCase(name: string): string {
  return name.toUpperCase().toLowerCase()
}

/** RFC 6901, or names divided by dots or brackets. */
function pathOf(field: string): string[] {
  const keys = field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    : field.split(/[.[\]]+/).filter((key) => key !== '')
  return keys.map(foldCase)
}

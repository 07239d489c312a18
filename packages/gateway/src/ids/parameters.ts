// Session ids that come as a query parameter or a form field are what an attacker plants: they do not reach the
// application (G2). Everything else passes byte for byte.

/**
 * Names of parameters, compared as the more lenient servers do: case folded, `%u0073` for `s` (ASP.NET), cut off at NUL, and
 * in PHP `name[]` for `name` and `session.id` for `session_id`.
 */
export class ParameterNames {
  readonly #names: ReadonlySet<string>

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => variable(name).toLowerCase()))
  }

  get isEmpty(): boolean {
    return this.#names.size === 0
  }

  /**
   * What is left of a query without its question mark, or of an urlencoded body.
   *
   * @example new ParameterNames(['sid']).removedFrom('a=1&sid=2&b=3') // 'a=1&b=3'
   */
  removedFrom(text: string): string {
    if (this.isEmpty || text === '') return text
    // Some servers take a semicolon for an ampersand: a name after one counts too.
    const kept = text
      .split('&')
      .map((part) => (part.includes(';') ? this.#without(part.split(';')) : this.#has(part) ? null : part))
      .filter((part) => part !== null)
    return kept.join('&')
  }

  /** Whether a name, decoded already, is one of them: that of a part of a multipart form. */
  includes(name: string): boolean {
    const end = name.indexOf('\0', 1)
    return this.#names.has(plain(variable(end === -1 ? name : name.slice(0, end))))
  }

  /** The values that they have in a query with its question mark, decoded, in order. */
  valuesIn(query: string): string[] {
    const pairs = query.slice(1).split(/[&;]/)
    return pairs
      .filter((pair) => this.#has(pair))
      .map((pair) => unescaped(pair.slice(pair.indexOf('=') + 1 || pair.length)))
  }

  #without(pairs: readonly string[]): string | null {
    const kept = pairs.filter((pair) => !this.#has(pair))
    return kept.length === 0 ? null : kept.join(';')
  }

  #has(pair: string): boolean {
    if (pair === '') return false
    const equals = pair.indexOf('=')
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals))
    return this.#names.has(plain(name))
  }
}

/** PHP takes `name[]` and `name[x]` for `name`. */
function plain(name: string): string {
  return name.trim().replace(/\[.*$/s, '').toLowerCase()
}

function unescaped(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi, (_escape, wide: string | undefined, hex: string) =>
      String.fromCharCode(Number.parseInt(wide ?? hex, 16)),
    )
}

function decoded(name: string): string {
  const text = unescaped(name)
  const end = text.indexOf('\0', 1)
  return variable(end === -1 ? text : text.slice(0, end))
}

/** PHP's name for it: an underscore for what a variable may not contain, an open bracket that nothing closes included. */
function variable(name: string): string {
  const known = name.trim().replace(/[ .]/g, '_')
  return known.includes(']') ? known : known.replaceAll('[', '_')
}

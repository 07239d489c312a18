// Session ids that come as a query parameter or a form field are what an attacker plants: they do not reach the
// application (G2). Everything else passes byte for byte.

/** Names of parameters, compared as the more lenient servers do: case folded, `name[]` for `name` (PHP). */
export class ParameterNames {
  readonly #names: ReadonlySet<string>

  constructor(names: readonly string[]) {
    this.#names = new Set(names.map((name) => name.toLowerCase()))
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
      .map((part) => part.split(';').filter((pair) => !this.#has(pair)))
      .filter((part) => part.length > 0)
      .map((part) => part.join(';'))
      .join('&')
    return kept
  }

  #has(pair: string): boolean {
    const equals = pair.indexOf('=')
    const name = decoded(equals === -1 ? pair : pair.slice(0, equals))
    return this.#names.has(name.trim().replace(/\[.*$/s, '').toLowerCase())
  }
}

function decoded(name: string): string {
  return name
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_triplet, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

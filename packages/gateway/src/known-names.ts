// What is known of a header by its name alone, found out once for each spelling: nearly all requests and answers use the same
// few names.

const REMEMBERED = 1000
const LONGEST = 64

export class KnownNames<Kind> {
  readonly #kinds = new Map<string, Kind>()
  readonly #kindOf: (lower: string) => Kind

  /** @param kindOf - is given the name in lower case */
  constructor(kindOf: (lower: string) => Kind) {
    this.#kindOf = kindOf
  }

  /** @param name - in any case */
  kind(name: string): Kind {
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const kind = this.#kindOf(name.toLowerCase())
    if (this.#kinds.size >= REMEMBERED) this.#kinds.clear()
    if (name.length <= LONGEST) this.#kinds.set(name, kind)
    return kind
  }
}

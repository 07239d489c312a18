// What is known of a header by its name alone, found out once for each spelling: nearly all requests and answers use the same
// few names.
//
// Spellings are looked for among those of the same length, by comparing: names come fresh from the parser, and to hash
// them for a Map costs several times as much.

const LONGEST = 64
/** Spellings of one length. Whoever sends more only makes the next ones be looked at anew. */
const REMEMBERED = 24

interface Known<Kind> {
  readonly name: string
  readonly kind: Kind
}

export class KnownNames<Kind> {
  readonly #byLength: Known<Kind>[][] = Array.from({ length: LONGEST + 1 }, () => [])
  readonly #kindOf: (lower: string) => Kind

  /** @param kindOf - is given the name in lower case */
  constructor(kindOf: (lower: string) => Kind) {
    this.#kindOf = kindOf
  }

  /** @param name - in any case */
  kind(name: string): Kind {
    if (name.length > LONGEST) return this.#kindOf(name.toLowerCase())
    const known = this.#byLength[name.length] as Known<Kind>[]
    for (let i = 0; i < known.length; i++) {
      const one = known[i] as Known<Kind>
      if (one.name === name) return one.kind
    }
    const kind = this.#kindOf(name.toLowerCase())
    if (known.length === REMEMBERED) known.length = 0
    known.push({ name, kind })
    return kind
  }
}

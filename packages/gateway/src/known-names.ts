// What is known of a header by its name alone, found out once for each spelling: nearly all requests and answers use the same
// few names.
//
// Spellings are looked for among those of the same length, by comparing: names come fresh from the parser, and to hash
// them for a Map costs several times as much. For the same reason it is the remembered string that is worth passing on.

const LONGEST = 64
/** Spellings of one length. Whoever sends more only makes the next ones be looked at anew. */
const REMEMBERED = 24

export interface KnownName<Kind> {
  /** As it was spelled. */
  readonly name: string
  readonly kind: Kind
}

export class KnownNames<Kind> {
  readonly #byLength: KnownName<Kind>[][] = Array.from({ length: LONGEST + 1 }, () => [])
  readonly #kindOf: (lower: string) => Kind

  /** @param kindOf - is given the name in lower case */
  constructor(kindOf: (lower: string) => Kind) {
    this.#kindOf = kindOf
  }

  /** @param name - in any case */
  find(name: string): KnownName<Kind> {
    const { length } = name
    const known = length > LONGEST ? [] : (this.#byLength[length] as KnownName<Kind>[])
    for (let i = 0; i < known.length; i++) {
      const one = known[i] as KnownName<Kind>
      if (one.name === name) return one
    }
    const found = { name, kind: this.#kindOf(name.toLowerCase()) }
    if (known.length === REMEMBERED) known.length = 0
    known.push(found)
    return found
  }
}

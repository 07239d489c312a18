// What a look at a store says, gathered in bounded memory however many rows there are.

const PLACES_SHOWN = 5

/** Something that is wrong, however often. */
export interface Problem {
  readonly what: string
  readonly remedy: string
  /** How often it was found. */
  readonly count: number
  /** The first few places: a file, a table's row by its number, a session by its public id. */
  readonly places: readonly string[]
}

export interface FileReport {
  readonly path: string
  readonly schema: number
  /** Which one this release writes. */
  readonly newestSchema: number
  /** In bytes. */
  readonly bytes: number
  readonly walBytes: number
  readonly pages: number
  /** Pages that nothing is in; they are filled again before the file grows. */
  readonly freePages: number
}

export interface Counts {
  /** Sessions that a token opens, somebody being signed in. */
  signedIn: number
  /** Sessions that a token opens, of visitors. */
  anonymous: number
  /** What may happen once and has (`claim`). */
  claims: number
  /** Sessions that are over, and which the sweeper has not come to. */
  over: number
  /** Tokens that were renewed and lead to a session for a moment. */
  links: number
  /** Tokens that are remembered as ended. */
  tombstones: number
  /** Rows that nobody can read. */
  unreadable: number
  /** Tombstones and sessions that should have been swept an hour ago. */
  overdue: number
  /** Users all of whose sessions were ended at some time. */
  cutoffs: number
  /** Last-seen times, and those among them of no session. */
  touches: number
  strayTouches: number
}

export interface UserReport {
  readonly site: string
  /** Null unless names were asked for. */
  readonly user: string | null
  readonly sessions: number
}

/** What `checkSqlite` answers. All times are milliseconds since 1970. */
export interface StoreReport {
  readonly file: string
  readonly at: number
  /** Empty where all is well. */
  readonly problems: readonly Problem[]
  /** What is no fault, and should be known. */
  readonly notes: readonly string[]
  readonly files: readonly FileReport[]
  readonly counts: Readonly<Counts>
  /** When the oldest and the youngest of the sessions that a token opens began. */
  readonly oldest: number | null
  readonly newest: number | null
  /** How many users have sessions, and those who have most. */
  readonly users: { readonly count: number; readonly most: readonly UserReport[] }
}

export function noCounts(): Counts {
  return {
    signedIn: 0,
    anonymous: 0,
    claims: 0,
    over: 0,
    links: 0,
    tombstones: 0,
    unreadable: 0,
    overdue: 0,
    cutoffs: 0,
    touches: 0,
    strayTouches: 0,
  }
}

/** Problems by what they are: a million bad rows are one problem. */
export class Problems {
  readonly #found = new Map<string, { remedy: string; count: number; places: string[] }>()

  add(what: string, place: string, remedy: string): void {
    const found = this.#found.get(what) ?? { remedy, count: 0, places: [] }
    found.count++
    if (found.places.length < PLACES_SHOWN) found.places.push(place)
    this.#found.set(what, found)
  }

  get list(): Problem[] {
    return [...this.#found].map(([what, found]) => ({ what, ...found }))
  }
}

// Whom a sign-in request names, or why nobody can say (G1, G3).
//
// A name that is read otherwise than the application reads it is the name of somebody else: his sessions would be listed
// and ended, and not those of him who signed in. So a request that can be read in two ways names nobody.

/** Why nobody can say whom a sign-in request names. */
export type Unnamed =
  /** It has no such field: another button of the page, or a second step. */
  | 'absent'
  /** The field is there and says nothing. */
  | 'empty'
  /** The body is longer than is read. */
  | 'too-long'
  /** The body is no form and no JSON. */
  | 'content-type'
  /** The body is compressed. */
  | 'content-encoding'
  /** The body's charset is neither UTF-8 nor Latin-1. */
  | 'charset'
  /** The body is not what its type says. */
  | 'malformed'
  /** Servers would read different names in it. */
  | 'ambiguous'
  /** No name: a control character, more than 512 characters, a list, an object. */
  | 'improper'
  /** A rule with `remembered`, and no earlier step named anybody. */
  | 'not-remembered'

export type UserName = { readonly user: string } | { readonly user: null; readonly why: Unnamed }

/** A field of a request; its value is null where it is no text. */
export interface Found {
  /** The field's name as servers fold it. */
  readonly name: string
  readonly value: string | null
  /** In JSON, as it stands there. */
  readonly token?: string
}

/** What a request has of a field, or why that cannot be said. */
export type Fields = readonly Found[] | Unnamed

const MAX_LENGTH = 512

/** The one name that fields name. Fields of other names beside one another may be empty: a page has several logins. */
export function userName(found: readonly Found[]): UserName {
  const values = new Map<string, string | null>()
  for (const { name, value } of found) {
    const before = values.get(name)
    // Servers take the first, the last, or all of them joined: nobody knows whom such a request signs in.
    if (before !== undefined && before !== value) return unnamed('ambiguous')
    values.set(name, value)
  }
  const [first, ...others] = new Set([...values.values()].filter((value) => value !== ''))
  if (others.length > 0) return unnamed('ambiguous')
  if (first === undefined) return unnamed(values.size === 0 ? 'absent' : 'empty')
  return canonical(first)
}

/** Whom the fields of a request name. */
export function nameIn(fields: Fields): UserName {
  return typeof fields === 'string' ? unnamed(fields) : userName(fields)
}

export function unnamed(why: Unnamed): UserName {
  return { user: null, why }
}

/** One user, however his name was typed: composed (NFC), without space around it. */
function canonical(value: string | null): UserName {
  // Cut short, it would be the name of somebody else.
  if (value === null || value.length > MAX_LENGTH || !value.isWellFormed()) return unnamed('improper')
  const user = value.normalize('NFC').trim()
  if (user === '') return unnamed('empty')
  return user.length > MAX_LENGTH || /\p{Cc}/u.test(user) ? unnamed('improper') : { user }
}

// What the ids that an application writes into its addresses look like: the marks by which they are found in a page.
//
// A mark is a literal, because a page is searched for a handful of them at the speed of memory, and only where one stands
// is anything parsed. All text here is Latin-1, one character a byte, so that every byte that is no id stays what it was.

/** The application's names for its ids. */
export interface IdNames {
  /** Of query parameters and form fields. */
  readonly parameters: readonly string[]
  /** Of path parameters. */
  readonly pathParameters: readonly string[]
  /** Whether it writes cookieless segments. */
  readonly cookieless: boolean
}

export type Kind = 'parameter' | 'path-parameter' | 'segment' | 'field'

export interface Mark {
  readonly kind: Kind
  readonly text: string
}

const AMPERSANDS = ['&amp;', '&#038;', '&#38;', '&#x26;']
/** What stands before a parameter's name, the longest first. Escaped ones belong to an address inside another. */
export const PARAMETER_SEPARATORS: readonly string[] = [...AMPERSANDS, '?', '&', '%3F', '%3f', '%26']
/** The semicolon of an ampersand begins no path parameter. */
export const PATH_SEPARATORS: readonly string[] = [...AMPERSANDS, ';', '%3B', '%3b']
const SLASHES = ['/', '%2F', '%2f']

export function marksOf({ parameters, pathParameters, cookieless }: IdNames): Mark[] {
  const spelt = pathParameters.flatMap((name) => [...new Set([name, name.toLowerCase(), name.toUpperCase()])])
  return [
    ...parameters.map((text): Mark => ({ kind: 'parameter', text })),
    ...spelt.map((text): Mark => ({ kind: 'path-parameter', text })),
    ...(cookieless ? SLASHES.map((slash): Mark => ({ kind: 'segment', text: `${slash}(` })) : []),
    ...(parameters.length > 0 ? ['<input', '<INPUT', '<Input'].map((text): Mark => ({ kind: 'field', text })) : []),
  ]
}

/** Everything with which text may end while a mark has only begun, separators included. */
export function beginningsOf(marks: readonly Mark[]): ReadonlySet<string> {
  const whole = marks.flatMap(({ kind, text }) => {
    if (kind === 'parameter') return PARAMETER_SEPARATORS.map((separator) => separator + text)
    if (kind === 'path-parameter') return PATH_SEPARATORS.map((separator) => separator + text)
    return [text]
  })
  const beginnings = whole.flatMap((text) => Array.from(text, (_, i) => text.slice(0, i + 1)))
  return new Set(beginnings.filter((text) => !marks.some((mark) => mark.text === text)))
}

// What is wrong with a configuration, and how it is shown: like a compiler does it, with the line and a caret.
//
// A `Finding` knows the key. A `Problem` knows the place too: the source (a file, the command line) adds that.

export type KeyPath = readonly (string | number)[]

export interface Finding {
  readonly path: KeyPath
  /** Whether the key itself is wrong, or its value. */
  readonly at: 'key' | 'value'
  /** Completes a sentence that begins with the key. */
  readonly what: string
  readonly remedy: string
  /** The key with which it collides. */
  readonly beside?: KeyPath
}

export interface Place {
  /** From 1. */
  readonly line: number
  readonly column: number
  /** How many characters of the line are meant. */
  readonly length: number
  /** The line, as it stands in the file. */
  readonly text: string
}

export interface Problem {
  readonly file: string
  /** Null where the file could not be read at all, or there is none. */
  readonly place: Place | null
  /** As people write it: `sites[0].login.path`; empty for the whole file. */
  readonly key: string
  readonly what: string
  readonly remedy: string
  /** Where stands what it collides with. */
  readonly beside?: Place
}

/** The one error of a configuration: it lists all problems. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'ERR_CONFIG'
  readonly problems: readonly Problem[]

  constructor(file: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super(`${count} in ${file}\n\n${problems.map(renderProblem).join('\n\n')}`)
    this.problems = problems
  }
}

/**
 *     error: sites[0].upstream has the path "/app"
 *       --> coatcheck.yaml:8:15
 *        |
 *      8 |     upstream: http://127.0.0.1:8081/app
 *        |               ^^^^^^^^^^^^^^^^^^^^^^^^^
 *        = write http://127.0.0.1:8081
 *
 * What it collides with is shown below it, underlined with dashes.
 */
export function renderProblem({ file, place, key, what, remedy, beside }: Problem): string {
  const title = `error: ${[key, what].filter(Boolean).join(' ')}`
  if (place === null) return `${printable(title)}\n  --> ${printable(file)}\n   = ${printable(remedy)}`
  const width = Math.max(2, String(place.line).length, String(beside?.line ?? 0).length)
  const gutter = ' '.repeat(width)
  const shown = ({ line, column, length, text }: Place, mark: string) => [
    `${gutter} |`,
    `${String(line).padStart(width)} | ${printable(withoutPasswords(text))}`,
    `${gutter} | ${' '.repeat(column - 1)}${mark.repeat(Math.max(1, length))}`,
  ]
  return [
    printable(title),
    `${gutter}--> ${printable(file)}:${place.line}:${place.column}`,
    ...shown(place, '^'),
    ...(beside === undefined ? [] : shown(beside, '-')),
    `${gutter} = ${printable(remedy)}`,
  ].join('\n')
}

export function renderKey(path: KeyPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

/** A warning is one line: `coatcheck.yaml:3:8: store is memory: ...`. */
export function renderWarning({ file, place, key, what, remedy }: Problem): string {
  const where = place === null ? file : `${file}:${place.line}:${place.column}`
  return printable(`${where}: ${key} ${what}; ${remedy}`)
}

/** Nothing that a file holds moves the cursor of the terminal that shows it. Lengths stay, so that carets fit. */
const printable = (text: string): string => text.replace(/\t/g, ' ').replace(/\p{Cc}/gu, '?')

/** `http://user:secret@host` is refused as an upstream, and then this very line would carry the secret into a log. */
const withoutPasswords = (text: string): string =>
  text.replace(/(?<=:\/\/)[^\s/"']+(?=@)/g, (secret) => '*'.repeat(secret.length))

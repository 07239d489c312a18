/**
 * What the parser of a single configuration value answers when the value is wrong.
 *
 * A parser returns it instead of throwing: a file has many values, and all that is wrong with them is told at once.
 * `what` completes a sentence that begins with the key ("upstream has a path"); `remedy` says what to write instead.
 */
export class Refused {
  readonly what: string
  readonly remedy: string

  constructor(what: string, remedy: string) {
    this.what = what
    this.remedy = remedy
  }
}

export const refused = (what: string, remedy: string): Refused => new Refused(what, remedy)

// The server's secret, as the configuration holds it: whoever prints a configuration prints no secret.

import { hash } from 'node:crypto'
import { inspect } from 'node:util'

/** Of a secret only its name is seen: a short hash, so that two configurations can be compared. */
export class Secret {
  readonly name: string
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    this.name = hash('sha256', `coatcheck/secret-shown\0${text}`).slice(0, 8)
  }

  /** For the library alone. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return `[secret ${this.name}]`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

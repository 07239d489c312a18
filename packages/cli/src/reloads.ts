// Reading the configuration again while the gateway runs: one time after another, and what cannot be used changes nothing.

import {
  type Beside,
  type Config,
  loadConfig,
  misfit,
  problemLines,
  ReloadError,
  type Report,
} from '@coatcheck/gateway'

export class Reloads {
  readonly #file: string
  readonly #apply: (config: Config) => Promise<unknown>
  readonly #report: Report
  readonly #beside: Beside
  /** Begins when the one under way has ended; whoever asks meanwhile gets the same. */
  #next: Promise<void> | null = null
  #last: Promise<void> = Promise.resolve()

  /**
   * @param apply - puts a configuration in force, or rejects and leaves the one before
   * @param beside - what the command line said, which goes on
   */
  constructor(file: string, apply: (config: Config) => Promise<unknown>, report: Report, beside: Beside = {}) {
    this.#file = file
    this.#apply = apply
    this.#report = report
    this.#beside = beside
  }

  /** Resolves when the file that is there now is in force, or was refused, which the report says. */
  reload(): Promise<void> {
    this.#next ??= this.#last = this.#last.then(() => {
      this.#next = null
      return this.#reload()
    })
    return this.#next
  }

  async #reload(): Promise<void> {
    const file = this.#file
    try {
      await this.#apply(await loadConfig(file, this.#beside))
    } catch (error) {
      const cause = await this.#placed(error)
      this.#report({ type: 'configuration-kept', file, problems: problemLines(cause) })
    }
  }

  /** What the running gateway cannot change stands somewhere in the file. */
  async #placed(error: unknown): Promise<unknown> {
    if (!(error instanceof ReloadError) || error.key === null) return error
    const { key, what, remedy } = error
    return misfit(this.#file, { path: [key], at: 'value', what, remedy }).catch(() => error)
  }
}

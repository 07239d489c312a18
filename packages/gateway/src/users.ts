// Who still uses a thing that several generations of the configuration may share: the table in which it stands, requests
// and streams that began with it. It is closed behind the last of them.

export class Users {
  readonly #close: () => Promise<void>
  #count = 1
  #closed: Promise<void> | null = null
  readonly #over = Promise.withResolvers<void>()

  /** Has one user from the beginning: whoever makes it. */
  constructor(close: () => Promise<void>) {
    this.#close = close
  }

  /** Resolves once it is closed. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  add(): void {
    this.#count++
  }

  /** @returns its end, where this was the last user */
  remove(): Promise<void> | null {
    return --this.#count === 0 ? this.close() : null
  }

  /** At once, whoever uses it. */
  close(): Promise<void> {
    this.#closed ??= this.#close().finally(() => this.#over.resolve())
    return this.#closed
  }
}

/** Something with a life of its own that the next generation of a site takes over where its settings are the same. */
export class Part<T> {
  readonly value: T
  readonly #settings: string
  readonly #users: Users

  constructor(settings: unknown, value: T, close: () => Promise<void>) {
    this.value = value
    this.#settings = JSON.stringify(settings)
    this.#users = new Users(close)
  }

  /** Whether it was made with such settings; then there is one user more. */
  goesOnWith(settings: unknown): boolean {
    if (this.#settings !== JSON.stringify(settings)) return false
    this.#users.add()
    return true
  }

  /** Its generation needs it no longer. */
  async release(): Promise<void> {
    await this.#users.remove()
  }
}

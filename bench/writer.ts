// The second process on a contender's file: it writes while the contender is measured, and rests while others are.

import { Child } from './child.ts'
import type { Measured } from './turn.ts'

export class Writer {
  readonly #child: Child
  #seconds = 0
  #since: number | null = null

  private constructor(child: Child) {
    this.#child = child
  }

  static async start(file: string, core: number | null): Promise<Writer> {
    return new Writer(await Child.start('servers/writer.ts', [file], core))
  }

  begin(): void {
    this.#since = performance.now()
    this.#child.tell('on')
  }

  end(): void {
    if (this.#since !== null) this.#seconds += (performance.now() - this.#since) / 1000
    this.#since = null
    this.#child.tell('off')
  }

  /** While it was to write. */
  async commitsInASecond(): Promise<number> {
    return (await this.#child.used()).cpu / this.#seconds
  }

  stop(): Promise<void> {
    return this.#child.stop()
  }
}

export function withWriter(child: Child, writer: Writer): Measured {
  return {
    port: child.port,
    used: () => child.used(),
    stop: () => child.stop(),
    begin: () => writer.begin(),
    end: () => writer.end(),
  }
}

// One line at a terminal that says how far a task is, and is gone afterwards. In a pipe or a file it is nothing.

import type { Progress } from '@coatcheck/session/sqlite-upkeep'

const STEPS: Readonly<Record<Progress['step'], string>> = {
  copying: 'copying',
  verifying: 'verifying the copy',
  checking: 'checking the file',
  reading: 'reading rows',
  ending: 'ending sessions',
}

const CLEAR = '\r\u001b[K'

export class ProgressLine {
  readonly #stream: NodeJS.WriteStream
  #shown = ''

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show({ step, done, total }: Progress): void {
    if (!this.#stream.isTTY) return
    const text = total === 0 ? `${STEPS[step]} …` : `${STEPS[step]}: ${Math.floor((100 * done) / total)} %`
    if (text === this.#shown) return
    this.#stream.write(CLEAR + text)
    this.#shown = text
  }

  clear(): void {
    if (this.#shown !== '') this.#stream.write(CLEAR)
    this.#shown = ''
  }
}

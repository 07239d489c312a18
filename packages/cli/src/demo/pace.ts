// How fast the story goes: at the reader's Enter where somebody sits at a terminal, else without a stop.

export interface Pace {
  /** Resolves when the next step may be taken. @throws Left where the reader has seen enough */
  between(): Promise<void>
}

/** The reader left before the end, by `q` or by Ctrl-C. */
export class Left extends Error {
  readonly interrupted: boolean

  constructor(interrupted: boolean) {
    super('the reader left')
    this.interrupted = interrupted
  }
}

export const withoutStop: Pace = { between: async () => {} }

const PROMPT = '   Enter: next step, r: run to the end, q: quit '

/** Waits for a key before every step but the first. No escape codes: the prompt is written over with spaces. */
export function byKey(input: NodeJS.ReadStream, output: NodeJS.WritableStream): Pace {
  let first = true
  let running = false
  return {
    async between() {
      if (first || running) {
        first = false
        return
      }
      output.write(PROMPT)
      const wish = await nextWish(input)
      output.write(`\r${' '.repeat(PROMPT.length)}\r`)
      if (wish === 'leave' || wish === 'interrupt') throw new Left(wish === 'interrupt')
      running = wish === 'run'
    },
  }
}

type Wish = 'on' | 'run' | 'leave' | 'interrupt'

async function nextWish(input: NodeJS.ReadStream): Promise<Wish> {
  input.setRawMode(true)
  try {
    for (;;) {
      const wish = meaning(await typed(input))
      if (wish !== null) return wish
    }
  } finally {
    input.setRawMode(false)
    input.pause()
  }
}

/** What was typed since the last look; where the terminal is gone, Ctrl-D. */
function typed(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    const onData = (bytes: Buffer) => settle(bytes.toString())
    const onEnd = () => settle('\x04')
    const settle = (keys: string) => {
      input.off('data', onData).off('end', onEnd)
      resolve(keys)
    }
    input.on('data', onData).on('end', onEnd).resume()
  })
}

/** In raw mode Ctrl-C and Ctrl-D are keys like others. */
function meaning(keys: string): Wish | null {
  if (keys.includes('\x03')) return 'interrupt'
  if (/[q\x04]/i.test(keys)) return 'leave'
  if (/r/i.test(keys)) return 'run'
  return /[\r\n ]/.test(keys) ? 'on' : null
}

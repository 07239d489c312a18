// How fast the story goes: at the reader's Enter where somebody sits at a terminal, else without a stop.

export interface Pace {
  /** Resolves when the next step may be taken. @throws Left where the reader has seen enough */
  between(): Promise<void>
}

/** The reader left before the end. */
export class Left extends Error {}

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
      const key = await nextKey(input)
      output.write(`\r${' '.repeat(PROMPT.length)}\r`)
      if (key === 'q' || key === CTRL_C || key === CTRL_D) throw new Left()
      running = key === 'r'
    },
  }
}

const CTRL_C = '\x03'
const CTRL_D = '\x04'

async function nextKey(input: NodeJS.ReadStream): Promise<string> {
  input.setRawMode(true)
  try {
    for (;;) {
      const key = await new Promise<string>((resolve) => {
        input.once('data', (bytes: Buffer) => resolve(bytes.toString().toLowerCase()))
        input.once('end', () => resolve(CTRL_D))
        input.resume()
      })
      if (/^[\r\n qr\x03\x04]/.test(key)) return key[0] as string
    }
  } finally {
    input.setRawMode(false)
    input.pause()
  }
}

// What a server is to the rules: how it reads a path, as data.

import type { Step } from '../steps.ts'

export interface Server {
  /** One line, for people who choose. */
  readonly description: string
  /** Whether it takes /LOGIN.ASPX for /Login.aspx. */
  readonly ignoreCase: boolean
  /** What it does to every path, however it is set up. */
  readonly always: readonly Step[]
  /** What it does where it is set up so, or where another server stands before it: rules are asked both ways. */
  readonly sometimes: readonly Step[]
  /** Paths that it may take for others which cannot be told from here: refused. */
  readonly refused: RegExp | null
}

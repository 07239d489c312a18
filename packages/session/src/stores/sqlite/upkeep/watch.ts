// What whoever waits for a long task hears of it, and how he stops it.

/** What is being done, how far it is and how far it goes. `total` is 0 where nobody can say. */
export interface Progress {
  readonly step: 'copying' | 'verifying' | 'checking' | 'reading' | 'ending'
  readonly done: number
  readonly total: number
}

export interface Watch {
  tell(progress: Progress): void
  /** Lets messages in. @throws Stopped where one said to stop */
  turn(): Promise<void>
  /** As `turn`, without letting anything in. */
  proceed(): void
}

/** The task was stopped from outside, and has cleared up behind itself. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

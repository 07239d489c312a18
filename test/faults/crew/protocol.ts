// What the parent asks of a process of the crew. Each request has one answer.

import type { SiteOptions } from './site.ts'

export interface Work {
  readonly site: SiteOptions
  /** Where it writes down what it was promised, and where its fellows do. */
  readonly journal: string
  readonly others: readonly string[]
  readonly name: string
  readonly seed: number
  readonly visitors: number
  /** Milliseconds between the steps of a visitor. Default 0: as fast as the store answers. */
  readonly pause?: number
}

export type Request =
  /** Opens the file and goes to work; the answer comes once it is open. */
  | ({ readonly do: 'work' } & Work)
  /** Lets what is under way come to its end, and asks for nothing more. */
  | { readonly do: 'rest' }
  | { readonly do: 'go on' }
  /** Opens the file and looks at tokens and users, as a process would that starts now. */
  | {
      readonly do: 'look'
      readonly site: SiteOptions
      readonly tokens: readonly string[]
      readonly users: readonly string[]
    }
  /** Through the sessions of `work`. `active`: as visitors, which keeps sessions alive. */
  | { readonly do: 'look inside'; readonly tokens: readonly string[]; readonly active?: boolean }
  /** Signs in so many users. Answers their tokens. */
  | { readonly do: 'sign in'; readonly count: number }
  /** Sessions that were over when they were made. Answers their tokens. */
  | { readonly do: 'fill with expired'; readonly site: SiteOptions; readonly count: number }
  /** Sweeps the store without pause. */
  | { readonly do: 'sweep'; readonly file: string }
  /** Holds the file's write lock for so many milliseconds. */
  | { readonly do: 'lock'; readonly file: string; readonly for: number }
  /** Opens sessions as fast as the event loop turns, beside what is going on. Answers how that went. */
  | { readonly do: 'serve for'; readonly milliseconds: number }
  /** Does nothing, and measures what others make the event loop wait: a control. */
  | { readonly do: 'idle for'; readonly milliseconds: number }
  /** Changes user, for good. */
  | { readonly do: 'become'; readonly uid: number }
  | { readonly do: 'measure' }
  | { readonly do: 'stop' }

export interface Answer {
  readonly n: number
  readonly value?: unknown
  readonly error?: { readonly code: string; readonly message: string }
}

/** What a token opens. */
export type Seen =
  | {
      readonly state: 'live'
      readonly id: string
      readonly user: string | null
      readonly n: number
      readonly nonces: readonly string[]
    }
  | { readonly state: 'ended'; readonly reason: string }
  | { readonly state: 'none' }
  | { readonly state: 'error'; readonly code: string; readonly message: string }

export interface Looked {
  readonly tokens: Readonly<Record<string, Seen>>
  /** Ids of each user's live sessions. */
  readonly users: Readonly<Record<string, readonly string[]>>
}

export interface Serving {
  readonly reads: number
  /** Milliseconds for which the event loop stood still at most. */
  readonly longest: number
}

/** What a process holds on to. */
export interface Measure {
  /** Bytes, after collection of garbage. */
  readonly rss: number
  readonly heap: number
  readonly descriptors: number
  readonly threads: number
  readonly listeners: number
  readonly refused: number
}

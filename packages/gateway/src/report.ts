// What the gateway did that an operator should know, as one closed union. Never a token, a cookie's value or a query.

import type { SessionEvent, SessionId } from '@coatcheck/session'
import type { Unnamed } from './form/user-name.ts'

export type GatewayEvent =
  /** One of several processes that serve is gone (`coatcheck serve`); the next one is started after `pause` milliseconds. */
  | { readonly type: 'worker-died'; readonly worker: number; readonly why: string; readonly pause: number }
  /**
   * A sign-in was refused, since nobody can say whom it names. Where it was forwarded the application granted it, and the
   * session was ended here.
   */
  | {
      readonly type: 'sign-in-unnamed'
      readonly site: string
      readonly path: string
      readonly why: Unnamed
      readonly forwarded: boolean
    }
  | { readonly type: 'session'; readonly site: string; readonly event: SessionEvent }
  /** The application set a cookie that the vault does not take. */
  | { readonly type: 'cookie-refused'; readonly site: string; readonly cookie: string; readonly reason: string }
  /** The vault was full; its oldest cookies went. */
  | { readonly type: 'cookie-evicted'; readonly site: string; readonly cookies: readonly string[] }
  /** An answer's cookies were dropped because its request may have no session. */
  | {
      readonly type: 'cookies-dropped'
      readonly site: string
      readonly path: string
      readonly why: 'public' | 'cross-site' | 'plain-http' | 'signed-out' | 'late' | 'too-many' | 'websocket'
      readonly cookies: readonly string[]
    }
  /** The application's cookies, from before the gateway came, were deleted from a browser. */
  | {
      readonly type: 'leftover-deleted'
      readonly site: string
      readonly path: string
      readonly cookies: readonly string[]
    }
  /** At start: until when cookies from before the gateway are taken over (`insecureAdopt`). */
  | { readonly type: 'adoption-window'; readonly site: string; readonly until: Date; readonly open: boolean }
  /** Such cookies were taken over into a session. */
  | {
      readonly type: 'cookies-adopted'
      readonly site: string
      readonly id: SessionId | null
      readonly cookies: readonly string[]
    }
  /** Such cookies came again, more than a minute after they were taken over: somebody has a copy. They got nothing. */
  | {
      readonly type: 'adoption-replayed'
      readonly site: string
      readonly path: string
      readonly cookies: readonly string[]
      readonly address: string | null
    }
  /** What report-only sites saw could not be written; it is tried again in a minute. */
  | { readonly type: 'report-not-written'; readonly file: string; readonly cause: unknown }
  /** An answer was withheld: its session ended while the application was making it (G3). */
  | { readonly type: 'answer-withheld'; readonly site: string; readonly path: string }
  /** A WebSocket was ended: its session is over, or for too long nothing of it was taken (G6). */
  | {
      readonly type: 'websocket-ended'
      readonly site: string
      readonly path: string
      readonly why: 'session' | 'silence' | 'closing'
    }
  /** Caching directives of the application were taken from a personal answer (R3). */
  | {
      readonly type: 'caching-removed'
      readonly site: string
      readonly path: string
      readonly directives: readonly string[]
    }
  /** The application writes its session ids into addresses; they were taken out. Told once for each place of a site (G2). */
  | {
      readonly type: 'ids-removed'
      readonly site: string
      readonly path: string
      /** `page`, or the header's name. */
      readonly where: string
    }
  /** Certificate and key were read again, and serve from now on. */
  | { readonly type: 'certificate-renewed'; readonly file: string; readonly until: Date }
  /** They changed into something that cannot be used: the old ones go on. */
  | { readonly type: 'certificate-kept'; readonly file: string; readonly why: string }
  /** Another configuration serves from now on. Sites by name, and the other keys that changed. */
  | {
      readonly type: 'configuration-reloaded'
      /** Null where it came from no file. */
      readonly file: string | null
      readonly added: readonly string[]
      readonly removed: readonly string[]
      readonly changed: readonly string[]
      readonly settings: readonly string[]
    }
  /** It changed into something that cannot be used: the one before goes on. A line for each problem. */
  | { readonly type: 'configuration-kept'; readonly file: string | null; readonly problems: readonly string[] }
  /** What another site sent to a callback was not taken, or not sent on (R8). */
  | {
      readonly type: 'callback-refused'
      readonly site: string
      readonly path: string
      readonly why: 'too-long' | 'full' | 'over' | 'not-a-visit'
    }
  | { readonly type: 'refused'; readonly status: number; readonly title: string; readonly cause?: unknown }

export type Report = (event: GatewayEvent) => void

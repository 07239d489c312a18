// @coatcheck/session, in reading order.

// For adapters and gateways.
export { requestClient, requestFacts } from './adapters/node.ts'
export { type Claim, type Claiming, claim } from './claim.ts'
export type { Clock } from './clock.ts'
export { createSessions } from './create-sessions.ts'
export type { Frozen, StandardSchema } from './data.ts'
export { type Duration, milliseconds } from './duration.ts'
export type { Ended } from './engine.ts'
export { type ErrorCode, SessionError } from './errors.ts'
export type { EventType, Listener, SessionEvent } from './events.ts'
export type { Exchange } from './exchange.ts'
export {
  type CachingDecision,
  isPrivateAlready,
  isSharedCachingHeader,
  personalCaching,
  varyWithCookie,
} from './http/caching.ts'
export { findCookie, setsCookie } from './http/cookie.ts'
export { framePolicy } from './http/framing.ts'
export { canonicalHost, parseAuthority } from './http/host.ts'
export { crossOrigin, isForeignForm, isNavigation, isSafe, mayCreateSession, type RequestFacts } from './http/origin.ts'
export type { OpenOptions } from './open.ts'
export type { BaseOptions, SessionsOptions } from './options.ts'
export { type Arrival, TransportRules } from './proxies.ts'
export type { Visitor } from './session.ts'
export { Session } from './session.ts'
export type { SessionInfo } from './sessions.ts'
export { Sessions } from './sessions.ts'
export type { SignInOptions } from './sign-in.ts'
export type * from './store.ts'
export { NotApplied } from './store.ts'
export { memory } from './stores/memory.ts'
export { type SqliteOptions, sqlite } from './stores/sqlite.ts'
export type { SessionId, SessionKey, SessionToken } from './token.ts'
export type { Change } from './update.ts'

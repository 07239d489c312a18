// What the vault keeps of a cookie. It is sealed into the session's data as JSON, so a default is left out, and so is
// what only matters in a browser: HttpOnly (no script ever sees the vault), SameSite=Lax (the session's own cookie is
// Lax, and what it does not accompany brings no vault) and Partitioned (a vault has one owner and one top-level site).

/** One cookie of the application. */
export interface StoredCookie {
  readonly name: string
  readonly value: string
  /** The host that set it; with `subdomains`, the one that its Domain attribute named. Lower case. */
  readonly host: string
  /** Absent: it goes to that host alone. */
  readonly subdomains?: true
  /** Absent: `/`. */
  readonly path?: string
  /** In milliseconds since 1970. Absent: it lives as long as the session. */
  readonly expires?: number
  readonly secure?: true
  /** SameSite=Strict. */
  readonly strict?: true
  /** Taken over from the browser (`insecureAdopt`), which did not say for which Domain and Path it was set. */
  readonly adopted?: true
}

/** The application's cookies in one session, the oldest first. Never changed in place: frozen and shared. */
export interface Vault {
  readonly cookies: readonly StoredCookie[]
  /** Absent, but between the steps of a sign-in. */
  readonly pending?: PendingSignIn
}

/** Whom the first step of a sign-in named, for the step at which it succeeds (G3). It is sent nowhere. */
export interface PendingSignIn {
  readonly user: string
  /** Until when it counts, in milliseconds since 1970. */
  readonly until: number
  /** He asked for a session that outlives the browser. */
  readonly remember?: true
}

/** The address that the browser asked for. Cookies are judged against it, not against the upstream's. */
export interface BrowserUrl {
  /** Without port, in lower case, without trailing dot; IPv6 in brackets. */
  readonly host: string
  /** As the browser sent it, without the query. */
  readonly path: string
  /** Whether the connection counts as secure (R5). */
  readonly secure: boolean
}

/** How large a vault may grow (G2). */
export const MAX_COOKIES = 180
export const MAX_VAULT_BYTES = 32 * 1024
export const MAX_HEADER_BYTES = 8 * 1024

const EMPTY: Vault = Object.freeze({ cookies: Object.freeze([]) })

/**
 * A vault with nothing in it.
 *
 * @example
 * emptyVault().cookies.length // 0
 */
export function emptyVault(): Vault {
  return EMPTY
}

export function isExpired(cookie: StoredCookie, now: number): boolean {
  return cookie.expires !== undefined && cookie.expires <= now
}

export function pathOf(cookie: StoredCookie): string {
  return cookie.path ?? '/'
}

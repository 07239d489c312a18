// The configuration as the gateway works with it: everything defaulted, parsed, merged and checked, so that the request
// path has nothing left to decide. `load.ts` makes it; nothing else should.
//
// Every duration is in milliseconds, and `null` always means "not configured", never "unknown".

import type { ServerName } from '../reading/servers/index.ts'
import type { Secret } from './secret.ts'
import type { Endpoint } from './values/endpoint.ts'

export type { Endpoint, Secret }

export type Milliseconds = number

export interface Config {
  /** The file it was read from; null when it came from the command line. */
  readonly file: string | null
  /** At least one. Port 0 means any free port. */
  readonly listen: readonly Endpoint[]
  /** The https port that browsers use. Null: the port on which the first https listener really listens, if there is one. */
  readonly publicPort: number | null
  /** Never null where there is an https listener. */
  readonly tls: Tls | null
  /** Networks whose word counts for how a visitor came (R5), each as `10.0.0.0/8`. */
  readonly trustedProxies: readonly string[]
  /** R5: `browser`: plain http from loopback counts as secure where the browser vouches for it; `insecure`: always. */
  readonly loopback: 'browser' | 'insecure' | 'never'
  readonly store: Store
  /** How many processes serve (`coatcheck serve`). At least 1. */
  readonly workers: number
  /** Where the sites with `vault: report` write what they saw. Absolute. */
  readonly reportFile: string
  /** How many vaults one address may have whose cookie has not come back yet (G2). */
  readonly unreturnedVaults: number
  readonly limits: Limits
  readonly timeouts: Timeouts
  /** At least one, in the order of the file. */
  readonly sites: readonly Site[]
  /** Canonical host to site; a request for a host that is not here belongs to `anyHost`. */
  readonly byHost: ReadonlyMap<string, Site>
  /** The site that has no hosts of its own, hence answers for all others. */
  readonly anyHost: Site | null
  /** One line each: what is allowed, but should be known. */
  readonly warnings: readonly string[]
}

/** The site that answers for a host, which is in canonical form. */
export function siteFor({ byHost, anyHost }: Pick<Config, 'byHost' | 'anyHost'>, host: string): Site | null {
  return byHost.get(host) ?? anyHost
}

export interface Limits {
  /** Of one listener, at once. */
  readonly connections: number
  readonly requestsPerConnection: number | null
  /** Requests that are under way on one HTTP/2 connection. */
  readonly streamsPerConnection: number
  /** Bytes of a request's headers. */
  readonly headers: number
}

export interface Timeouts {
  /** Until the client's headers must have come. */
  readonly request: Milliseconds
  /** For how long a connection is kept on which nothing is asked. */
  readonly keepAlive: Milliseconds
  /** Until the application must have taken the connection. */
  readonly connect: Milliseconds
  /** Until the application's headers must have come. */
  readonly headers: Milliseconds
  /** What may pass between two parts of a body, either way. Event streams and WebSockets may stay silent for longer. */
  readonly body: Milliseconds
  /** What is under way may take so long to end when the gateway stops. */
  readonly drain: Milliseconds
}

export interface Tls {
  /** Absolute. */
  readonly certFile: string
  readonly keyFile: string
  /** PEM, the chain included. */
  readonly cert: string
  readonly key: string
}

/** `file` is absolute. */
export type Store = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly file: string }

export interface Site {
  /** Part of every session key of the site: changing it ends all of its sessions. Unique. */
  readonly name: string
  /** In canonical form (`values/host.ts`); empty: any host. */
  readonly hosts: readonly string[]
  readonly upstream: Endpoint
  readonly preset: string
  /** What reads the application's paths, and so what a path may mean (G1). */
  readonly server: ServerName
  /** What a request over plain http gets (R5): an answer that leads to https, a session of its own, or 403. */
  readonly http: 'redirect' | 'tiered' | 'refuse'
  /** Strict-Transport-Security max-age. */
  readonly hsts: Milliseconds | null
  readonly sessions: SessionSettings
  /** What comes behind `__Host-Http-` in the name of the cookie. */
  readonly cookie: string
  /** The gateway's own: with what session data is sealed beside the token (E7). */
  readonly keys: Keys
  /** Which names of users are one (`user-names.ts`). */
  readonly users: { readonly ignoreCase: boolean; readonly domains: readonly string[] }
  /** Path patterns (`values/path-pattern.ts`) that never have a session (E9). */
  readonly public: readonly string[]
  /** `report`: nothing is kept, everything passes as it is and is noted (`observe/`). Nothing is protected. */
  readonly vault: 'keep' | 'report'
  /** What is done with the application's cookies in browsers from before the gateway: delete them, or leave them alone. */
  readonly leftovers: 'delete' | 'keep'
  /** For so long after the first start with this key they are taken over, once; null: never. */
  readonly insecureAdopt: Milliseconds | null
  /** Anonymous answers that say `public` stay so (`moving-in/anonymous-caching.ts`). */
  readonly anonymousCaching: boolean
  /** Cookies that pass both ways beside the vault (G2), the preset's included. */
  readonly expose: readonly string[]
  /** Cookies of the application whose deletion means that it signed the user out (G3); `name_*` for any that begins so. */
  readonly authCookies: readonly string[]
  /** Cookies in which the application keeps the id of a session of its own. */
  readonly sessionCookies: readonly string[]
  /** Query parameters and form fields in which the application would take a session id: they never reach it (G2). */
  readonly idParameters: readonly string[]
  /** Path parameters in which it would: `jsessionid` of `/page;jsessionid=…` (G2). */
  readonly idPathParameters: readonly string[]
  /** It would take one from a segment of the path: `/(S(…))/page.aspx` (G2). */
  readonly cookielessIds: boolean
  /** It searches the whole address for `NAME=`, NAME being one of `idParameters` (G2). */
  readonly idsAnywhere: boolean
  /** Origins that may send unsafe requests with a session (R6), in the form of an Origin header. */
  readonly trustedOrigins: readonly string[]
  /** Path patterns to which other sites send forms that arrive with the session (R8). */
  readonly callbacks: readonly string[]
  /** Origins that may show the site in a frame (R1), in the form of an Origin header. */
  readonly embedded: readonly string[]
  /** The application's own sign-in (G3); empty: nothing says who signs in. The first rule that matches counts. */
  readonly login: readonly LoginRule[]
  /** Nobody said where else people sign in, so that every form that a page sends may be a sign-in (G3). */
  readonly formsMaySignIn: boolean
  /** The application's own sign-out (G3). */
  readonly logout: readonly LogoutRule[]
}

export interface Keys {
  /** The first seals, all open; empty: the token alone seals. */
  readonly secrets: readonly Secret[]
  /** Sessions from before there was a secret open too. */
  readonly acceptWithoutSecret: boolean
}

export interface SessionSettings {
  readonly idle: Milliseconds | 'off'
  readonly absolute: Milliseconds
  /** How often a live session gets a new token (E3). */
  readonly renew: Milliseconds | 'off'
  /** Concurrent sessions of one user. */
  readonly limit: SessionLimit | null
  /** Of a session that outlives the browser. */
  readonly remember: { readonly idle: Milliseconds | 'off'; readonly absolute: Milliseconds }
}

export interface SessionLimit {
  readonly max: number
  /** What the sign-in that is one too many does: end the least recently used session, or fail. */
  readonly policy: 'end-oldest' | 'refuse'
}

export interface LoginRule {
  readonly method: string
  /** A path pattern. */
  readonly path: string
  /** What its form has, field by field: `*` for any value that is not empty. Absent: any form will do. */
  readonly form?: Readonly<Record<string, string>>
  /** Where the user's name is found. Without it nobody knows who signed in. */
  readonly user?: UserSource
  /** The field that is filled in, or checked, where the session shall outlive the browser. Absent: none does. */
  readonly remember?: string
  readonly success: SuccessSign
  /** What shows that the password was right and a second step follows, to which the name is remembered. */
  readonly continues?: SuccessSign
}

/** One of the two. */
export interface UserSource {
  /** A form field, the end of its name (`*$UserName`), or a path in JSON (`user.email`, `/user/email`). */
  readonly field?: string
  /** Whom the step before named. */
  readonly remembered?: true
}

/** All that is given must be true of the answer; at least one is. */
export interface SuccessSign {
  readonly status?: readonly number[]
  /** The name of a cookie that the answer sets, to a value that is not empty; `name_*` for any that begins so. */
  readonly setsCookie?: string
  /** A path pattern that the path of Location matches. */
  readonly location?: string
}

export interface LogoutRule {
  /** A path pattern. */
  readonly path: string
  /** Without it: any method. */
  readonly method?: string
  /** The address has this parameter, for a page that does other things as well. */
  readonly query?: QueryRule
}

export interface QueryRule {
  readonly name: string
  /** Null: whatever it says. */
  readonly value: string | null
}

/**
 * What can be wrong with the shop, each fault with a switch of its own.
 *
 * Left alone the shop has every fault that needs no further value. A switch that is off means that the fault is
 * really gone, whatever the others say: the tests beside this file hold that.
 */
export type LeakyOptions = {
  /** The address to listen on. Default 127.0.0.1: the shop is for looking at, not for serving. */
  host: string
  /** The port for plain http. 0 takes a free one. */
  port: number
  /** A second listener, on https. */
  https: { port: number; cert: string | Buffer; key: string | Buffer } | undefined

  /** F1. One cookie for http and https, without Secure. Off: Secure, and http only redirects. */
  clear: boolean

  /** F2. Seconds after which the cookie is issued again, on whatever content is asked for just then. */
  reissue: number | false
  /** F2. Pages say `Cache-Control: public, max-age=60`, although they greet the user by name. */
  cacheable: boolean

  /** F3. The id is the same before and after sign-in. */
  fixed: boolean
  /** F3. An id that nobody issued becomes a session. */
  adopt: boolean
  /** F3. The id is read from `?sid=` where there is no cookie. */
  idFromUrl: boolean
  /** F3. The id is read from a form field `sid` where there is no cookie. */
  idFromField: boolean
  /** F3. Another user who signs in on the same browser inherits basket and card. */
  keepData: boolean
  /** F3. A form on another site can sign its visitors in, as whom it likes. */
  loginFromAnywhere: boolean
  /** F3. A request that waited for the session lock goes on with the session that it found when it came. */
  waiting: boolean

  /** F4. Sign-out deletes the cookie, and nothing on the server. */
  cookieOnlySignOut: boolean
  /** F4. A request that is still at work saves its session after sign-out, and so brings it back. */
  resurrect: boolean
  /** F4. `user`: KB 900111's remedy, a mark "signed out" on the *user*, cleared when he signs in again. */
  signOutMark: 'none' | 'user'
  /** Seconds without a request after which a session ends. */
  idle: number
  /** F4. Seconds after sign-in when a session ends in any case. `false`: never, as long as requests come. */
  absolute: number | false

  /** F5. Ids are a counter, dressed up in base64. */
  sequential: boolean
  /** F5. No HttpOnly. */
  scriptReadable: boolean
  /** F5. Seconds that the cookie outlives the browser window. `false`: a session cookie. */
  persistent: number | false
  /** F5. The Domain attribute, for example `example.test`: every host below it receives the cookie. */
  domain: string | undefined
  /** F5. The id is written into links and hidden fields. */
  idInLinks: boolean
  /** F5. The nickname cookie is written into a page as it came. */
  reflect: boolean
  /** F5. A plain text file that holds the sessions. None: they are in memory only. */
  storeFile: string | undefined

  /** Requests of one session are served one after another, as ASP, ASP.NET and PHP do. Not a fault, but F3 uses it. */
  lock: boolean
}

const place = { host: '127.0.0.1', port: 0, https: undefined, lock: true, idle: 20 * 60 }

/** Every fault that needs no further value. */
export const leaky: LeakyOptions = {
  ...place,
  clear: true,
  reissue: 60,
  cacheable: true,
  fixed: true,
  adopt: true,
  idFromUrl: true,
  idFromField: true,
  keepData: true,
  loginFromAnywhere: true,
  waiting: true,
  cookieOnlySignOut: true,
  resurrect: true,
  signOutMark: 'none',
  absolute: false,
  sequential: true,
  scriptReadable: true,
  persistent: 30 * 24 * 3600,
  domain: undefined,
  idInLinks: true,
  reflect: true,
  storeFile: undefined,
}

/** Every fault mended: spread it, and switch on the one that is to be looked at. */
export const tight = {
  clear: false,
  reissue: false,
  cacheable: false,
  fixed: false,
  adopt: false,
  idFromUrl: false,
  idFromField: false,
  keepData: false,
  loginFromAnywhere: false,
  waiting: false,
  cookieOnlySignOut: false,
  resurrect: false,
  signOutMark: 'none',
  absolute: 8 * 3600,
  sequential: false,
  scriptReadable: false,
  persistent: false,
  idInLinks: false,
  reflect: false,
} satisfies Partial<LeakyOptions>

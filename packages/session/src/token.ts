// What a visitor holds, what the store indexes by, and what people see in listings: three values, three types.
//
// The token is a bearer secret. It lives in the browser's cookie and in the request that carries it; the store has
// only its hash, and printing a token by accident prints a placeholder. 256 bits exceed ASVS 7.2.3 (128 bits), so
// neither guessing nor a store's index ever needs a rate limit.

import { hash, randomBytes } from 'node:crypto'
import { inspectCustom } from './inspect.ts'
import { uniqueBytes } from './unique.ts'

declare const kind: unique symbol

/** What stores index by: SHA-256 of the site and the token. Reveals nothing of the token. */
export type SessionKey = string & { readonly [kind]: 'SessionKey' }

/** The public, stable name of a session (128 random bits), for listings and logs. Opens nothing; survives rotation. */
export type SessionId = string & { readonly [kind]: 'SessionId' }

const TOKEN_LENGTH = 43
const TOKEN = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/ // 32 bytes leave two zero bits in the last character

/** A session token that cannot be printed, logged or serialised by accident. */
export class SessionToken {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  /** A new token: 32 bytes of the system's randomness, base64url, 43 characters. */
  static mint(): SessionToken {
    return new SessionToken(randomBytes(32).toString('base64url'))
  }

  /** The token that `text` spells, or null where it has not the form of one (which no issued token ever had). */
  static parse(text: string): SessionToken | null {
    return text.length === TOKEN_LENGTH && TOKEN.test(text) ? new SessionToken(text) : null
  }

  /** The secret itself. Only for the Set-Cookie line and the two hashes. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return '[session token]'
  }

  toJSON(): string {
    return '[session token]'
  }

  [inspectCustom](): string {
    return '[session token]'
  }
}

/** The store's key for a token on a site. A token of another site is one that never existed. */
export function sessionKey(site: string, token: SessionToken): SessionKey {
  return hash('sha256', `coatcheck/key\0${site}\0${token.reveal()}`, 'base64url') as SessionKey
}

/** A new session id. */
export function newSessionId(): SessionId {
  return randomBytes(16).toString('base64url') as SessionId
}

/** A name for one write, by which a store recognises it when it is sent again. */
export function newNonce(): string {
  return uniqueBytes(9).toString('base64url')
}

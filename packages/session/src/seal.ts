// Session data at rest (E7): sealed under a key that the store does not have.
//
//   wrap key   SHA-256('coatcheck/wrap' 0 site 0 token), or an HMAC of that under the server's secret. The token is
//              uniform, so one hash is enough; no stretching would add anything.
//   data key   32 random bytes, new at every sign-in, wrapped under the wrap key
//   data       AES-256-GCM under the data key
//
// The two hashes of a token (this one and the store's key) share nothing but the token: who has a copy of the store
// can compute neither. What the record says in clear (who, since when, until when, how signed in, which version) is
// authenticated with the data, so that with a secret nobody who can write to the store can make himself another user.
//
// Layouts: wrapped = secret's name (4) ‖ nonce (12) ‖ key (32) ‖ tag (16); sealed = nonce (12) ‖ data ‖ tag (16).

import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto'
import type { SessionRecord } from './store.ts'
import type { SessionToken } from './token.ts'
import { uniqueBytes } from './unique.ts'

const NONCE = 12
const TAG = 16
const NAME = 4
const NO_SECRET = Buffer.alloc(NAME)

/** A server secret, with the name by which records say that they were wrapped with it. */
export interface Secret {
  readonly name: Buffer
  readonly key: Buffer
}

/** The secrets that open records, the first of which also seals. Empty: no secret is used. */
export type KeyRing = readonly Secret[]

/** What the site mixes into a record's keys. */
export interface Sealer {
  readonly site: string
  readonly secrets: KeyRing
  /** Also open records that were wrapped without a secret, while one is being introduced. */
  readonly acceptWithoutSecret: boolean
}

export function secret(text: string): Secret {
  return {
    name: hash('sha256', `coatcheck/secret-name\0${text}`, 'buffer').subarray(0, NAME),
    key: hash('sha256', `coatcheck/secret\0${text}`, 'buffer'),
  }
}

export function newDataKey(): Buffer {
  return randomBytes(32)
}

/** The data key, readable only with the token (and the secret). */
export function wrapDataKey(sealer: Sealer, token: SessionToken, id: string, dataKey: Uint8Array): Buffer {
  const used = sealer.secrets[0]
  const wrapped = encrypt(wrapKey(sealer.site, token, used), dataKey, wrapContext(sealer.site, id))
  return Buffer.concat([used?.name ?? NO_SECRET, wrapped])
}

/** @throws an ordinary error where the tag fails or the secret is not in the ring: the caller names the record. */
export function unwrapDataKey(sealer: Sealer, token: SessionToken, id: string, wrapped: Uint8Array): Buffer {
  const name = Buffer.from(wrapped.buffer, wrapped.byteOffset, NAME)
  const used = sealer.secrets.find((candidate) => candidate.name.equals(name))
  if (used === undefined) {
    if (!name.equals(NO_SECRET)) throw new Error('it was wrapped with a secret that is not in the ring')
    if (sealer.secrets.length > 0 && !sealer.acceptWithoutSecret) throw new Error('it was wrapped without a secret')
  }
  const dataKey = decrypt(wrapKey(sealer.site, token, used), wrapped.subarray(NAME), wrapContext(sealer.site, id))
  // In memory of its own: as a piece of the pool that it comes from, a cached session's would keep all of that.
  return Buffer.alloc(dataKey.length, dataKey)
}

/** What a record says in clear and must not be altered without its data becoming unreadable. */
export type Authenticated = Pick<
  SessionRecord,
  'format' | 'site' | 'id' | 'user' | 'version' | 'createdAt' | 'authenticatedAt' | 'absoluteEnd' | 'methods'
>

export function sealData(dataKey: Uint8Array, json: string, record: Authenticated): Buffer {
  return encrypt(dataKey, Buffer.from(json), dataContext(record))
}

/** @throws an ordinary error where the tag fails. */
export function openData(dataKey: Uint8Array, sealed: Uint8Array, record: Authenticated): string {
  return decrypt(dataKey, sealed, dataContext(record)).toString()
}

function wrapKey(site: string, token: SessionToken, used: Secret | undefined): Buffer {
  const context = `coatcheck/wrap\0${site}\0${token.reveal()}`
  return used === undefined
    ? hash('sha256', context, 'buffer')
    : createHmac('sha256', used.key).update(context).digest()
}

function wrapContext(site: string, id: string): Buffer {
  return Buffer.from(`${site}\0${id}`)
}

// JSON, so that no two records spell the same context.
function dataContext(r: Authenticated): Buffer {
  return Buffer.from(
    JSON.stringify([
      r.format,
      r.site,
      r.id,
      r.user,
      r.version,
      r.createdAt,
      r.authenticatedAt,
      r.absoluteEnd,
      r.methods,
    ]),
  )
}

function encrypt(key: Uint8Array, plain: Uint8Array, context: Uint8Array): Buffer {
  const nonce = uniqueBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error('it is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(context)
    .setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()])
}

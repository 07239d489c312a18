// The application's cookies, kept on the server (G2): the browser never holds them, so nobody can read, plant, replay or
// cache them there. Pure decisions; the vault lives in the session's sealed data.
//
// In reading order: what is kept, how an answer's cookies enter, what goes upstream, and what passes beside the vault.

export type { CookieRefusal } from './admission.ts'
export { cookieHeader } from './cookie-header.ts'
export { ExposedNames, hardenExposed, withExposed } from './exposed.ts'
export { type Merge, merge, type RefusedCookie } from './merge.ts'
export { type BrowserUrl, emptyVault, type PendingSignIn, type StoredCookie, type Vault } from './stored-cookie.ts'

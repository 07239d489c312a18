// A server secret (E7): the text itself, or `file:PATH`, the file seen from the configuration's folder.

import { type Refused, refused } from './refused.ts'

/** `file` is as written, not yet resolved. */
export type SecretSource = { readonly file: string } | { readonly text: string }

const MAKE = 'make one with `openssl rand -hex 32`'
const SHORTEST = 32
const FEWEST = 8

export function parseSecretSource(text: string): SecretSource | Refused {
  if (!text.startsWith('file:')) {
    const secret = checkedSecret(text)
    return typeof secret === 'string' ? { text: secret } : secret
  }
  const file = text.slice(5)
  if (file.startsWith('//')) return refused('is written as a URL', 'write file: and a path, as file:./secret.key')
  if (file === '' || file.endsWith('/')) return refused('names no file', 'write for example file:./secret.key')
  if (/\p{Cc}/u.test(file)) return refused('has a control character in its file name', 'remove it')
  return { file }
}

/** Never says what it was given: messages are logged. */
export function checkedSecret(text: string): string | Refused {
  const secret = text.trim()
  if (secret.length < SHORTEST) return refused(`has fewer than ${SHORTEST} characters`, MAKE)
  if (new Set(secret).size < FEWEST) return refused(`has fewer than ${FEWEST} different characters`, MAKE)
  return secret
}

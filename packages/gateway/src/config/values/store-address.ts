// Where sessions are kept, as one word: `memory` or `sqlite:FILE`, the file seen from the configuration's folder.
//
// `memory:` is taken too, but YAML wants quotes around a word that ends with a colon.

import { type Refused, refused } from './refused.ts'

/** `file` is as written, not yet resolved. */
export type StoreAddress = { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly file: string }

export function parseStoreAddress(text: string): StoreAddress | Refused {
  if (text === 'memory:' || text === 'memory') return { kind: 'memory' }
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]+):(.*)$/is.exec(text) ?? []
  if (scheme === undefined) {
    const file = text === '' || text.toLowerCase() === 'sqlite' ? './coatcheck.db' : text
    return refused('names no kind of store', `write sqlite:${file}, or memory`)
  }
  if (scheme.toLowerCase() !== 'sqlite') {
    const kind = scheme.toLowerCase()
    return kind === 'memory'
      ? refused('is memory with something after it', 'write memory')
      : refused(`is a store of the unknown kind "${kind}"`, 'write sqlite:./coatcheck.db, or memory')
  }
  if (rest === '') return refused('names no file', 'write for example sqlite:./coatcheck.db')
  if (rest.startsWith(':')) return refused('asks SQLite for memory', 'write memory')
  if (rest.startsWith('//') || rest.includes('?')) {
    return refused('is written as a URL', 'write sqlite: and a path, for example sqlite:./coatcheck.db')
  }
  if (/\p{Cc}/u.test(rest)) return refused('has a control character in its file name', 'remove it')
  if (rest.endsWith('/')) return refused('names a folder', `write sqlite:${rest}coatcheck.db`)
  return { kind: 'sqlite', file: rest }
}

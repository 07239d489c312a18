// Small words: the name of a site, of a cookie, of a form field, a request method.

import { foldCase } from '../../form/field-name.ts'
import { Refused, refused } from './refused.ts'

// RFC 9110 §5.6.2
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** A site's name becomes part of its session keys, where a zero byte separates: none may be in it. */
export function parseSiteName(text: string): string | Refused {
  if (/\p{Cc}/u.test(text)) return refused('has a control character', 'use letters, digits and dashes')
  if (text.trim() !== text || text === '') return refused('is empty or has space around it', 'write for example shop')
  if (/^(?:plain|callbacks):/.test(text))
    return refused('begins with a word of our own', 'leave out what is before ":"')
  if (text.length > 100) return refused('is longer than 100 characters', 'shorten it')
  return text
}

/** RFC 6265 §4.1.1. An asterisk is lawful in a token, but nobody writes one here who does not mean a wildcard. */
export function parseCookieName(text: string): string | Refused {
  if (text.includes('*')) return refused('has a wildcard', 'write the whole name')
  if (token.test(text)) return text
  const name = text.split('=')[0]?.trim() ?? ''
  return refused(
    'is not a cookie name',
    token.test(name) ? `write ${name}` : 'write the name alone: letters, digits and dashes, no space, "=" or ";"',
  )
}

export function parseFieldName(text: string): string | Refused {
  if (text === '' || text.length > 200) return refused('is empty or too long', 'write the name attribute of the input')
  if (/\p{Cc}/u.test(text)) return refused('has a control character', 'write the name attribute of the input')
  return text
}

/** The field of a user's name: where controls are prefixed by those around them, the end of its name (`*$UserName`). */
export function parseUserField(text: string): string | Refused {
  if (text === '*') return refused('names every field', 'write the name attribute of the input, or its end: *$UserName')
  if (text.slice(1).includes('*')) return refused('has "*" inside', 'put it first: *$UserName')
  return parseFieldName(text)
}

/** Methods are case-sensitive (RFC 9110 §9.1): `post` is another method, and never one that a form sends. */
export function parseMethod(text: string): string | Refused {
  if (!token.test(text)) return refused('is not a request method', 'write for example POST')
  if (text !== text.toUpperCase()) return refused('is not a method that browsers send', `write ${text.toUpperCase()}`)
  return text
}

/** What comes behind our own prefix, which nothing changes (R1). */
export function parseOwnCookie(text: string): string | Refused {
  const prefix = /^(?:__(?:Host-Http|Host|Http|Secure)-|plain-)/i.exec(text)?.[0]
  if (prefix !== undefined) {
    const rest = text.slice(prefix.length)
    return refused('has a prefix', `write ${rest === '' ? 'sid' : rest}: the prefix is __Host-Http- always`)
  }
  const name = parseCookieName(text)
  if (name instanceof Refused || name.length <= 64) return name
  return refused('is longer than 64 characters', 'shorten it')
}

/** In one case, as domains are compared. */
export function parseDomain(text: string): string | Refused {
  const bare = text.replace(/^@|\\$/, '')
  if (bare !== text && bare !== '') return refused('has the sign between domain and name', `write ${bare}`)
  if (text === '' || /[\s\p{Cc}\\@/]/u.test(text)) return refused('is no domain', 'write SHOP, or shop.example.test')
  return foldCase(text.normalize('NFC'))
}

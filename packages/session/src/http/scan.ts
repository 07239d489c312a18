// How header fields are walked: by index, in one pass, without regular expressions or copies.
//
// White space is SP and HTAB alone (RFC 9110 §5.6.3). String.prototype.trim also removes U+00A0 and others, which
// arrive as ordinary bytes: a prefix check elsewhere saw another name or value there (`\xa0__Host-x` slipped past
// browsers and was trimmed back by servers).

const HTAB = 9
const SP = 32
const QUOTE = 34
const BACKSLASH = 92

/** The first index from `from` that is no white space, at most `to`. */
export function skipSpace(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isSpace(text.charCodeAt(at))) at++
  return at
}

/** The end of `text` before `to` without its trailing white space, at least `from`. */
export function trimSpace(text: string, from: number, to: number): number {
  let at = to
  while (at > from && isSpace(text.charCodeAt(at - 1))) at--
  return at
}

/**
 * The next `delimiter` (a character code) outside of quoted strings (RFC 9110 §5.6.4), or `to`. A quote that is never
 * closed swallows the rest.
 */
export function nextUnquoted(text: string, delimiter: number, from: number, to: number): number {
  let quoted = false
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) quoted = !quoted
    else if (quoted && code === BACKSLASH) at++
    else if (!quoted && code === delimiter) return at
  }
  return to
}

/** RFC 9110 §5.6.2: one or more visible ASCII characters that delimit nothing. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
}

function isSpace(code: number): boolean {
  return code === SP || code === HTAB
}

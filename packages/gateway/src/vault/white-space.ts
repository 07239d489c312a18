// What stands around names and values: SP and HTAB alone (RFC 6265bis §2.2). `trim` would also take U+00A0 and others,
// which are ordinary bytes here; trimming them would make another name of one that a browser told apart.

const HTAB = 9
const SP = 32

/** `text` from `from` up to `to`, without white space at either end. */
export function trimmed(text: string, from = 0, to = text.length): string {
  let start = from
  let end = to
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === SP || code === HTAB
}

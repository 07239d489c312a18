// The dates of Expires, which nobody writes as the standard says.
//
// RFC 6265bis §5.1.1 takes any order, any separators and any words around four things: a time, a day, a month, a year.
// Zones are not read: every date is UTC. This is that algorithm, step by step, because a date read otherwise than by
// browsers is a cookie deleted too early or too late.

// %x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E delimit.
const DATE_TOKEN = /[^\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/g
/** Time, day of month, month and year, in the order in which a token is tried. */
const PARTS = [
  /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)/,
  /^(\d{1,2})(?!\d)/,
  /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i,
  /^(\d{2,4})(?!\d)/,
] as const
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * A cookie-date in milliseconds since 1970, or null where it is none.
 *
 * @example
 * parseCookieDate('Tue, 12-Oct-1999 04:00:00 GMT') // 939700800000
 */
export function parseCookieDate(text: string): number | null {
  const found: (RegExpExecArray | null)[] = [null, null, null, null]
  for (const token of text.match(DATE_TOKEN) ?? []) {
    const part = PARTS.findIndex((pattern, i) => found[i] === null && pattern.test(token))
    if (part !== -1) found[part] = PARTS[part]!.exec(token)
  }
  const [time, day, month, year] = found
  if (!time || !day || !month || !year) return null
  return utc(fullYear(Number(year[1])), MONTHS.indexOf(month[1]!.toLowerCase()), Number(day[1]), time)
}

/** Two digits are 1970 to 2069 (steps 3 and 4). */
function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900
  return year <= 69 ? year + 2000 : year
}

function utc(year: number, month: number, day: number, time: RegExpExecArray): number | null {
  const hour = Number(time[1])
  const minute = Number(time[2])
  const second = Number(time[3])
  if (year < 1601 || hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(Date.UTC(year, month, day, hour, minute, second))
  // 31 February is no date (step 6); JavaScript would make it the 3rd of March.
  return date.getUTCDate() === day && date.getUTCMonth() === month ? date.getTime() : null
}

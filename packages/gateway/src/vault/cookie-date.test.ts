import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCookieDate } from './cookie-date.ts'

const dates: [sentence: string, text: string, iso: string | null][] = [
  ['the form that the standard asks for', 'Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['the form of RFC 850', 'Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37.000Z'],
  ['the form of asctime', 'Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37.000Z'],
  ['what FormsAuthentication.SignOut writes', 'Tue, 12-Oct-1999 04:00:00 GMT', '1999-10-12T04:00:00.000Z'],
  ['69 is 2069', '1 Jan 69 00:00:00', '2069-01-01T00:00:00.000Z'],
  ['70 is 1970', '1 Jan 70 00:00:00', '1970-01-01T00:00:00.000Z'],
  ['00 is 2000', '1 Jan 00 00:00:00', '2000-01-01T00:00:00.000Z'],
  ['the year may come first', '1994 Nov 6 08:49:37', '1994-11-06T08:49:37.000Z'],
  ['the time may come first', '08:49:37 Nov 6 1994', '1994-11-06T08:49:37.000Z'],
  ['one digit will do in a time', '6 Nov 1994 8:9:7', '1994-11-06T08:09:07.000Z'],
  ['a month may be written out', '6 November 1994 08:49:37', '1994-11-06T08:49:37.000Z'],
  ['a month may be shouted', '6 NOV 1994 08:49:37', '1994-11-06T08:49:37.000Z'],
  ['a day may have letters behind it', '6th Nov 1994 08:49:37', '1994-11-06T08:49:37.000Z'],
  ['a time may have letters behind it', '6 Nov 1994 08:49:37Z', '1994-11-06T08:49:37.000Z'],
  ['a zone is not read', '6 Nov 1994 08:49:37 -0500', '1994-11-06T08:49:37.000Z'],
  ['a second time is taken for nothing', '6 Nov 1994 08:49:37 11:22:33', '1994-11-06T08:49:37.000Z'],
  ['what looks like a time before the day is known is the day', '08:49:37 11:22 Nov 1994', '1994-11-11T08:49:37.000Z'],
  ['any delimiter will do', '6/Nov\\1994"08:49:37', '1994-11-06T08:49:37.000Z'],
  ['29 February in a leap year', '29 Feb 2024 00:00:00', '2024-02-29T00:00:00.000Z'],
  ['the first year that is read', '1 Jan 1601 00:00:00', '1601-01-01T00:00:00.000Z'],
  ['the last year', '31 Dec 9999 23:59:59', '9999-12-31T23:59:59.000Z'],
  ['29 February in another year does not exist', '29 Feb 2023 00:00:00', null],
  ['31 April does not exist', '31 Apr 2023 00:00:00', null],
  ['day 0 does not exist', '0 Jan 2023 00:00:00', null],
  ['day 32 does not exist', '32 Jan 2023 00:00:00', null],
  ['a year before 1601 is none', '1 Jan 1600 00:00:00', null],
  ['a year of three digits is none', '1 Jan 100 00:00:00', null],
  ['a year of five digits is none', '1 Jan 20230 00:00:00', null],
  ['24 o’clock is none', '1 Jan 2023 24:00:00', null],
  ['minute 60 is none', '1 Jan 2023 00:60:00', null],
  ['a leap second is none', '31 Dec 2016 23:59:60', null],
  ['three digits in a time make it none', '1 Jan 2023 00:00:000', null],
  ['a time without seconds is none', '1 Jan 2023 00:00', null],
  ['a month is missing', '1 2023 00:00:00', null],
  ['an ISO date is none: its day is behind its month', '2023-01-02T03:04:05Z', null],
  ['a number is none', '1700000000', null],
  ['nothing is none', '', null],
]

for (const [sentence, text, iso] of dates) {
  test(`a cookie's date: ${sentence}`, () => {
    const time = parseCookieDate(text)
    assert.equal(time === null ? null : new Date(time).toISOString(), iso)
  })
}

test('a cookie’s date: whatever toUTCString writes is read back', () => {
  const seconds = fc.integer({ min: Date.UTC(1601, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 })
  fc.assert(fc.property(seconds, (s) => assert.equal(parseCookieDate(new Date(s * 1000).toUTCString()), s * 1000)))
})

test('a cookie’s date: any text is a whole second or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const time = parseCookieDate(text)
      assert.ok(time === null || (Number.isSafeInteger(time) && time % 1000 === 0))
    }),
  )
})

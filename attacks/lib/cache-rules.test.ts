import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { storableFor, variesAway } from './cache-rules.ts'
import type { Header } from './http.ts'

const setCookie: Header = ['Set-Cookie', 'a=1']

describe('what a shared cache keeps, as mod_cache does', () => {
  const cases: [sentence: string, seconds: number, headers: Header[], request?: Header[]][] = [
    ['max-age, and Set-Cookie with it', 60, [['Cache-Control', 'public, max-age=60'], setCookie]],
    ['s-maxage before max-age', 5, [['Cache-Control', 'max-age=60, s-maxage=5']]],
    [
      'Expires',
      30,
      [
        ['Date', 'Wed, 01 May 1996 12:00:00 GMT'],
        ['Expires', 'Wed, 01 May 1996 12:00:30 GMT'],
      ],
    ],
    [
      'a tenth of the age by Last-Modified',
      10,
      [
        ['Date', 'Wed, 01 May 1996 12:01:40 GMT'],
        ['Last-Modified', 'Wed, 01 May 1996 12:00:00 GMT'],
      ],
    ],
    ['an hour by ETag alone', 3600, [['ETag', '"1"']]],
    ['nothing without a lifetime', 0, []],
    ['nothing private', 0, [['Cache-Control', 'private, max-age=60']]],
    ['nothing with no-store', 0, [['Cache-Control', 'no-store, max-age=60']]],
    ['nothing with no-cache', 0, [['Cache-Control', 'no-cache, max-age=60']]],
    ['private with a field name all the same', 60, [['Cache-Control', 'private="set-cookie", max-age=60']]],
    [
      'nothing with Vary: *',
      0,
      [
        ['Cache-Control', 'max-age=60'],
        ['Vary', '*'],
      ],
    ],
    ['no answer to Authorization', 0, [['Cache-Control', 'max-age=60']], [['Authorization', 'Basic YQ==']]],
    ['a public answer to Authorization', 60, [['Cache-Control', 'public, max-age=60']], [['Authorization', 'x']]],
  ]
  for (const [sentence, seconds, headers, request = []] of cases) {
    it(sentence, () => assert.equal(storableFor('GET', request, { status: 200, headers }), seconds))
  }

  it('no answer to POST', () => {
    assert.equal(storableFor('POST', [], { status: 200, headers: [['Cache-Control', 'max-age=60']] }), 0)
  })

  it('one answer for each value of what Vary names', () => {
    const answer = { status: 200, headers: [['Vary', 'Accept, Cookie']] as Header[] }
    assert.equal(variesAway(answer, [['Cookie', 'a=1']], [['cookie', 'a=1']]), false)
    assert.equal(variesAway(answer, [['Cookie', 'a=1']], []), true)
    assert.equal(variesAway({ status: 200, headers: [] }, [['Cookie', 'a=1']], []), false)
  })
})

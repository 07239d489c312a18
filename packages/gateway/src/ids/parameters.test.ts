import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParameterNames } from './parameters.ts'

const names = new ParameterNames(['sid', 'PHPSESSID', 'session_id', 'ASP.NET_SessionId'])

const table: [string, string, string][] = [
  ['a planted id goes, the rest stays', 'a=1&sid=2&b=3', 'a=1&b=3'],
  ['the only parameter', 'sid=2', ''],
  ['each of several', 'sid=1&sid=2&x=&PHPSESSID=3', 'x='],
  ['in another case, for servers that fold it', 'SID=1&phpsessid=2&a', 'a'],
  ['escaped', '%73%69d=1&a=b', 'a=b'],
  ['as an array, for PHP', 'sid[]=1&sid%5Bx%5D=2&a=b', 'a=b'],
  ['behind a semicolon, for servers that split there', 'a=1;sid=2;b=3&c', 'a=1;b=3&c'],
  ['with space around it, which some servers trim', '+sid=1&%20sid+=2&a', 'a'],
  ['escaped as ASP.NET reads it', '%u0073id=1&s%u0069D=2&a=b', 'a=b'],
  ['with a NUL, behind which PHP reads no further', 'sid%00=1&PHPSESSID%00x=2&a=b', 'a=b'],
  ['as PHP mends a name', 'session.id=1&session+id=2&session%20id=3&session[id=4&session%5Bid=5&a=b', 'a=b'],
  ['with a dot of its own', 'ASP.NET_SessionId=1&asp.net_sessionid=2&a=b', 'a=b'],
  ['a name that only begins so stays', 'side=1&sid2=3&asid=4', 'side=1&sid2=3&asid=4'],
  ['a value that looks like a name stays', 'a=sid&b=sid%3D1', 'a=sid&b=sid%3D1'],
  ['odd bytes stay as they came', 'a=%zz&%&&=&b=%e4', 'a=%zz&%&&=&b=%e4'],
]

for (const [sentence, before, after] of table) {
  test(`G2: ids in parameters are removed: ${sentence}`, () => assert.equal(names.removedFrom(before), after))
}

test('G2: what holds no id passes byte for byte', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', '=', '&', ';', '%', '+', '1', '[', '%41')), (parts) => {
      const query = parts.join('')
      assert.equal(names.removedFrom(query), query)
    }),
  )
})

test('G2: a form of a megabyte of separators holds nobody else up', () => {
  // Of the processor's time, which other programs do not lengthen: linear work takes a tenth of a second.
  const before = process.cpuUsage()
  for (const part of ['&', ';', 'a&', '[', '%']) names.removedFrom(part.repeat(2 ** 20 / part.length))
  const { user } = process.cpuUsage(before)
  assert.ok(user < 2_000_000, `${user} µs`)
})

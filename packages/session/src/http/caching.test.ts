import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Answer, isPrivateAlready, isSharedCachingHeader, personalCaching, varyWithCookie } from './caching.ts'

const PAGE: Answer = { cacheControl: undefined, issuesCookie: false, dest: 'document', hasValidator: true }

/** What the answer says, what it lost. `Vary: Cookie` is checked by a property below. */
const said: [sentence: string, cacheControl: string | undefined, expected: string, dropped: string[]][] = [
  ['nothing said', undefined, 'private, no-store', []],
  ['an empty field says nothing', '', 'private, no-store', []],
  ['commas alone say nothing', ' , ,\t,', 'private, no-store', []],
  ['private stays', 'private', 'private', []],
  ['no-store gets private for caches that ignore it', 'no-store', 'private, no-store', []],
  ['no-cache is private', 'no-cache', 'private, no-cache', []],
  ['max-age is private', 'max-age=60', 'private, max-age=60', []],
  ['max-age=0 stays', 'max-age=0', 'private, max-age=0', []],
  ['public goes', 'public, max-age=60', 'private, max-age=60', ['public']],
  ['s-maxage goes', 's-maxage=60, max-age=5', 'private, max-age=5', ['s-maxage=60']],
  ['public alone leaves nothing said', 'public', 'private, no-store', ['public']],
  ['s-maxage alone leaves nothing said', 's-maxage=600', 'private, no-store', ['s-maxage=600']],
  ['s-maxage beside private goes', 'private, s-maxage=60', 'private', ['s-maxage=60']],
  [
    'stale-* go',
    'max-age=1, stale-while-revalidate=9, stale-if-error=9',
    'private, max-age=1',
    ['stale-while-revalidate=9', 'stale-if-error=9'],
  ],
  ['must-understand goes, no-store stays', 'must-understand, no-store', 'private, no-store', ['must-understand']],
  ['proxy-revalidate goes', 'max-age=1, proxy-revalidate', 'private, max-age=1', ['proxy-revalidate']],
  ['what nobody has heard of goes', 'max-age=1, x-keep="for all"', 'private, max-age=1', ['x-keep="for all"']],
  [
    'everything on the list, in one order',
    'immutable, must-revalidate, no-transform, max-age=60, no-cache, private',
    'private, no-cache, max-age=60, must-revalidate, immutable, no-transform',
    [],
  ],
  ['must-revalidate alone allows no storing', 'must-revalidate', 'private, no-store', []],
  ['immutable alone allows no storing', 'immutable', 'private, no-store', ['immutable']],
  ['no-transform outlives no-store', 'no-store, no-transform', 'private, no-store, no-transform', []],
  ['no-transform alone allows no storing', 'no-transform', 'private, no-store, no-transform', []],
  ['no-store wins over max-age', 'max-age=60, no-store, immutable', 'private, no-store', []],
  ['what PHP says', 'no-store, no-cache, must-revalidate', 'private, no-store', []],
  ['case does not matter', 'Private, MAX-AGE=60, S-MaxAge=5', 'private, max-age=60', ['S-MaxAge=5']],
  ['white space does not matter', '\tprivate ,max-age=60\t, ', 'private, max-age=60', []],
  ['other spaces are part of the word', '\xa0no-store', 'private, no-store', ['\xa0no-store']],
  ['private="set-cookie" protects nothing', 'private="set-cookie"', 'private, no-store', ['private="set-cookie"']],
  [
    'private="set-cookie" becomes private beside max-age',
    'private="set-cookie", max-age=60',
    'private, max-age=60',
    ['private="set-cookie"'],
  ],
  ['private= protects nothing', 'private=', 'private, no-store', ['private=']],
  ['no-store="x" becomes no-store', 'no-store="x", max-age=60', 'private, no-store', ['no-store="x"']],
  [
    'no-cache="set-cookie" becomes no-cache',
    'no-cache="set-cookie", max-age=60',
    'private, no-cache, max-age=60',
    ['no-cache="set-cookie"'],
  ],
  [
    'a comma in quotes separates nothing',
    'x="a, no-cache, b", max-age=1',
    'private, max-age=1',
    ['x="a, no-cache, b"'],
  ],
  [
    'an escaped quote does not end a string',
    'x="\\", no-cache", max-age=1',
    'private, max-age=1',
    ['x="\\", no-cache"'],
  ],
  ['an open quote swallows the rest', 'x="a, max-age=60', 'private, no-store', ['x="a, max-age=60']],
  ['the same max-age twice', 'max-age=60, max-age=60', 'private, max-age=60', []],
  ['of two max-age the smaller counts', 'max-age=60, max-age=5', 'private, max-age=5', []],
  ['of two max-age the smaller counts, in any order', 'max-age=5, max-age=60', 'private, max-age=5', []],
  ['max-age without a number', 'max-age', 'private, no-store', ['max-age']],
  ['max-age of nothing', 'max-age=', 'private, no-store', ['max-age=']],
  ['a negative max-age', 'max-age=-1', 'private, no-store', ['max-age=-1']],
  ['a fraction', 'max-age=1.5', 'private, no-store', ['max-age=1.5']],
  ['a number in words', 'max-age=1e9', 'private, no-store', ['max-age=1e9']],
  ['a quoted number', 'max-age="60"', 'private, no-store', ['max-age="60"']],
  ['a space before the number', 'max-age= 60', 'private, no-store', ['max-age= 60']],
  ['a space before the equals sign', 'max-age =60', 'private, no-store', ['max-age =60']],
  ['a bad number beside a good one', 'max-age=x, max-age=60', 'private, max-age=60', ['max-age=x']],
  ['a number beyond all bounds', `max-age=${'9'.repeat(400)}`, 'private, max-age=2147483648', []],
  ['leading zeros', 'max-age=0060', 'private, max-age=60', []],
  ['must-revalidate with an argument', 'must-revalidate=1, max-age=1', 'private, max-age=1', ['must-revalidate=1']],
]

for (const [sentence, cacheControl, expected, dropped] of said) {
  test(`R3: ${sentence}`, () => {
    const decision = personalCaching({ ...PAGE, cacheControl })
    assert.equal(decision.cacheControl, expected)
    assert.deepEqual(decision.dropped, dropped)
  })
}

const unsaid: [sentence: string, dest: string | undefined, hasValidator: boolean, expected: string][] = [
  ['a document', 'document', true, 'private, no-store'],
  ['a frame', 'iframe', true, 'private, no-store'],
  ['data for a script', 'empty', true, 'private, no-store'],
  ['a client without Sec-Fetch-Dest', undefined, true, 'private, no-store'],
  ['a video', 'video', true, 'private, no-store'],
  ['an image with a validator', 'image', true, 'private, no-cache'],
  ['a style sheet with a validator', 'style', true, 'private, no-cache'],
  ['a script with a validator', 'script', true, 'private, no-cache'],
  ['a font with a validator', 'font', true, 'private, no-cache'],
  ['an image without a validator', 'image', false, 'private, no-store'],
]

for (const [sentence, dest, hasValidator, expected] of unsaid) {
  test(`R3: nothing said about ${sentence}: ${expected}`, () => {
    assert.equal(personalCaching({ ...PAGE, dest, hasValidator }).cacheControl, expected)
    assert.equal(personalCaching({ ...PAGE, dest, hasValidator, cacheControl: 'public' }).cacheControl, expected)
  })
}

const issuing: [sentence: string, cacheControl: string | undefined, dropped: string[]][] = [
  ['nothing said', undefined, []],
  ['the application wanted it public', 'public, max-age=60', ['public', 'max-age=60']],
  ['what it said is weaker than no-store', 'private, no-cache, must-revalidate', []],
  ['it forbade storing itself', 'no-cache, no-store, max-age=0, must-revalidate', []],
  ['it asked for more', 'private, no-transform, immutable', ['no-transform', 'immutable']],
]

for (const [sentence, cacheControl, dropped] of issuing) {
  test(`R2: an answer with our Set-Cookie is no-store: ${sentence}`, () => {
    assert.deepEqual(personalCaching({ ...PAGE, dest: 'image', issuesCookie: true, cacheControl }), {
      cacheControl: 'private, no-store',
      varyCookie: false,
      legacyNoStore: true,
      dropped,
    })
  })
}

const directive = fc.constantFrom(
  ...['private', 'no-store', 'no-cache', 'public', 's-maxage=60', 'max-age=60', 'max-age=0', 'max-age', 'immutable'],
  ...['private="a"', 'private="a, public"', 'no-store="x"', 'no-cache="b"', 'must-understand', 'PUBLIC', 'x="public'],
  ...['no-transform', 'must-revalidate', 'stale-if-error=9', 'x="\\"', '"', '\\', '=', '', ' ', '\t', 'S-MAXAGE="1"'],
)
const anyByte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
const anyField = fc.oneof(
  fc.array(directive, { maxLength: 8 }).map((list) => list.join(', ')),
  fc.array(fc.oneof(directive, anyByte, fc.constant(',')), { maxLength: 20 }).map((list) => list.join('')),
)
const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  cacheControl: fc.option(anyField, { nil: undefined }),
  issuesCookie: fc.boolean(),
  dest: fc.constantFrom('document', 'image', 'empty', undefined),
  hasValidator: fc.boolean(),
})
const parse = (field: string) => field.split(',').map((directive) => directive.trim().toLowerCase())

test('R3: whatever the application says, no shared cache may keep it', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const { cacheControl, varyCookie, legacyNoStore } = personalCaching(answer)
      const directives = parse(cacheControl)
      assert.ok(directives.includes('private') || directives.includes('no-store'))
      for (const text of directives) {
        assert.match(text, /^(private|no-store|no-cache|max-age=\d+|must-revalidate|no-transform|immutable)$/)
      }
      assert.equal(new Set(directives).size, directives.length, 'nothing is said twice')
      assert.equal(varyCookie, !directives.includes('no-store'), 'what a browser may store varies by cookie')
      assert.equal(legacyNoStore, answer.issuesCookie)
      assert.ok(isPrivateAlready(cacheControl))
    }),
    { numRuns: 3000 },
  )
})

test('R2: whatever the application says, an answer with our Set-Cookie is exactly private, no-store', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      assert.equal(personalCaching({ ...answer, issuesCookie: true }).cacheControl, 'private, no-store')
    }),
  )
})

test('R3: deciding twice changes nothing', () => {
  fc.assert(
    fc.property(anyAnswer, (answer) => {
      const once = personalCaching({ ...answer, issuesCookie: false })
      const twice = personalCaching({ ...answer, issuesCookie: false, cacheControl: once.cacheControl })
      assert.deepEqual(twice, { ...once, dropped: [] })
    }),
  )
})

test('R3: all that was said is either still said, or implied, or named', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^x-[a-z]{1,8}(=[a-z0-9]{1,4})?$/)), (unknown) => {
      const { dropped } = personalCaching({ ...PAGE, cacheControl: ['max-age=1', ...unknown].join(',') })
      assert.deepEqual(dropped, unknown)
    }),
  )
})

test('R3: kept for the browser means Vary: Cookie, or the back button shows it after sign-out', () => {
  assert.equal(personalCaching({ ...PAGE, cacheControl: 'private, max-age=300' }).varyCookie, true)
  assert.equal(personalCaching({ ...PAGE, cacheControl: 'private' }).varyCookie, true)
  assert.equal(personalCaching({ ...PAGE, cacheControl: 'no-cache' }).varyCookie, true)
  assert.equal(personalCaching({ ...PAGE, cacheControl: 'no-store' }).varyCookie, false)
})

const headers: [sentence: string, gone: boolean, names: string[]][] = [
  ['Expires goes', true, ['expires']],
  ['nginx is not told how long to keep it', true, ['x-accel-expires']],
  ['nginx is told what has nothing to do with keeping it', false, ['x-accel-redirect', 'x-accel-buffering']],
  ['surrogates are told nothing', true, ['surrogate-control', 'surrogate-key', 'surrogate-capability']],
  ['edges are told nothing', true, ['edge-control', 'edge-cache-tag']],
  [
    'targeted cache control goes',
    true,
    ['cdn-cache-control', 'cloudflare-cdn-cache-control', 'vercel-cdn-cache-control', 'x-litespeed-cache-control'],
  ],
  ['Cache-Control itself is rewritten, not removed', false, ['cache-control']],
  ['validators, tags and Pragma store nothing', false, ['etag', 'last-modified', 'pragma', 'cache-tag', 'age', 'vary']],
  [
    'names that only resemble them stay',
    false,
    ['expires-at', 'x-expires', 'xaccel', 'edge', 'server', 'expect-ct', ''],
  ],
]

for (const [sentence, gone, names] of headers) {
  test(`R3: ${sentence}`, () => {
    for (const name of names) assert.equal(isSharedCachingHeader(name), gone, name)
  })
}

const already: [sentence: string, cacheControl: string | undefined, expected: boolean][] = [
  ['no field', undefined, false],
  ['an empty field', '', false],
  ['private', 'private', true],
  ['no-store', 'no-store', true],
  ['in another case', 'PRIVATE', true],
  ['behind others', 'max-age=60 ,\tprivate', true],
  ['no-cache alone is no protection', 'no-cache', false],
  ['private="set-cookie" is no protection', 'private="set-cookie", max-age=60', false],
  ['no-store="x" is no protection', 'no-store="x", max-age=60', false],
  ['private=x is no protection', 'private=x', false],
  ['a longer word', 'privately, xprivate, no-stored', false],
  ['within quotes', 'x="a, private, b"', false],
  ['behind quotes, where parsers disagree', 'x="a\\", y="b, private', false],
  ['glued to a quote', 'private"x"', false],
  ['ahead of the first quote', 'private, no-cache="set-cookie"', true],
  ['another kind of space', '\xa0private', false],
]

for (const [sentence, cacheControl, expected] of already) {
  test(`R3: private when the headers went out? ${sentence}: ${expected ? 'yes' : 'no'}`, () => {
    assert.equal(isPrivateAlready(cacheControl), expected)
  })
}

const vary: [sentence: string, vary: string | undefined, expected: string][] = [
  ['none yet', undefined, 'Cookie'],
  ['an empty one', '', 'Cookie'],
  ['commas alone', ' , ', 'Cookie'],
  ['another name', 'Accept-Encoding', 'Accept-Encoding, Cookie'],
  ['Cookie is there', 'Accept, cookie', 'Accept, cookie'],
  ['a longer name', 'Cookie2, X-Cookie', 'Cookie2, X-Cookie, Cookie'],
  ['everything', '*', '*'],
  ['everything among others', 'Accept, *', 'Accept, *'],
]

for (const [sentence, before, expected] of vary) {
  test(`R3: Vary gets Cookie once: ${sentence}`, () => assert.equal(varyWithCookie(before), expected))
}

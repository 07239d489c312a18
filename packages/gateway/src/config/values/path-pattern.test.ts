import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { comparable } from '../../reading/escapes.ts'
import { compilePathPattern, parsePathPattern } from './path-pattern.ts'

const rows: [sentence: string, pattern: string, yes: string[], no: string[]][] = [
  [
    'a path is itself',
    '/favicon.ico',
    ['/favicon.ico'],
    ['/faviconXico', '/favicon.ico/', '/a/favicon.ico', '/Favicon.ico'],
  ],
  [
    'an asterisk at the end is any rest',
    '/images/*',
    ['/images/a.png', '/images/a/b', '/images/'],
    ['/images', '/imagesx/a'],
  ],
  ['it may follow the beginning of a segment', '/app-*', ['/app-1', '/app-', '/app-1/x'], ['/app', '/x/app-1']],
  [
    'as a whole segment it is one that is not empty',
    '/u/*/pic',
    ['/u/a/pic'],
    ['/u//pic', '/u/a/b/pic', '/u/pic', '/u/a/pic/x'],
  ],
  ['both at once', '/u/*/*', ['/u/a/', '/u/a/b/c'], ['/u/a', '/u//b']],
  ['everything', '/*', ['/', '/a/b'], ['']],
  ['the root', '/', ['/'], ['/a']],
  ['other characters mean themselves', '/a+(b).$[c]', ['/a+(b).$[c]'], ['/aa(b).$[c]']],
]

for (const [sentence, pattern, yes, no] of rows) {
  test(sentence, () => {
    assert.equal(parsePathPattern(pattern), pattern)
    const expression = compilePathPattern(pattern)
    for (const path of yes) assert(expression.test(comparable(path, false)), path)
    for (const path of no) assert(!expression.test(path), path)
  })
}

test('case is folded where the server folds it', () => {
  assert(compilePathPattern('/Login.aspx', { ignoreCase: true }).test('/LOGIN.ASPX'))
})

test('a pattern that begins as an address does is refused like any other', () => {
  for (const pattern of ['//%2F/.', '//./a', '//h:x/..']) assert(typeof parsePathPattern(pattern) !== 'string', pattern)
})

test('a pattern that was taken is taken again as it is, and without asterisk matches itself', () => {
  const piece = fc.constantFrom('/', 'a', 'B', '*', '.', '%2e', '%2F', '%7E', '%c3%bc', 'ü', '(', '+', '-', '😀')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const pattern = parsePathPattern(`/${pieces.join('')}`)
      if (typeof pattern !== 'string') return
      assert.equal(parsePathPattern(pattern), pattern)
      assert.match(pattern, /^[\x21-\x7e]+$/)
      if (!pattern.includes('*')) assert(compilePathPattern(pattern).test(comparable(pattern, false)))
    }),
  )
})

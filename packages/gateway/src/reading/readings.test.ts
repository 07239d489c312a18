import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePathPattern } from '../config/values/path-pattern.ts'
import { comparable, inOneSpelling, withoutDots } from './escapes.ts'
import { pageExpression } from './pages.ts'
import { readings } from './readings.ts'
import { compileRules } from './rules.ts'
import { type ServerName, serverNames } from './servers/index.ts'

const rows: [server: ServerName, sentence: string, path: string, is: string][] = [
  ['iis', 'dots and spaces at the end of a name', '/Login.aspx.%20.', '/Login.aspx'],
  ['iis', 'a space behind dots', '/images/..%20/x', '/x'],
  ['iis', 'the stream of a file', '/Login.aspx::$DATA', '/Login.aspx'],
  ['iis', 'the stream of a folder', '/images:$i30:$INDEX_ALLOCATION/x', '/images/x'],
  ['iis', 'the stream of a file, escaped', '/Login.aspx%3A%3A%24DATA', '/Login.aspx'],
  ['iis', 'a backslash', '/images\\..\\x', '/x'],
  ['iis', 'a session without cookies', '/(S(abc))/Login.aspx', '/Login.aspx'],
  ['iis', 'several of them', '/(A(a)S(b))/(F(c))/Login.aspx', '/Login.aspx'],
  ['iis', 'a slash in too many bytes', '/images/..%C0%AFx', '/x'],
  ['iis', 'dots in too many bytes', '/images/%E0%80%AE%E0%80%AE/x', '/x'],
  ['iis', 'full-width letters', '/%EF%BC%AC%EF%BD%8Fgin.aspx', '/Login.aspx'],
  ['iis', 'a yen sign', '/images/..%C2%A5x', '/x'],
  ['tomcat', 'parameters', '/a;x=y/b;z', '/a/b'],
  ['tomcat', 'parameters on dots', '/images/..;x/y', '/y'],
  ['tomcat', 'an escaped slash', '/a%2Fb', '/a/b'],
  ['node', 'a semicolon for a question mark', '/login;/x', '/login'],
  ['apache', 'an escaped question mark', '/login.php%3Fx', '/login.php'],
  ['apache', 'an escaped line end', '/login.php%0A', '/login.php'],
  ['nginx', 'slashes, merged', '/a//b', '/a/b'],
  ['nginx', 'parameters on dots, for what stands behind', '/images/..;/x', '/x'],
  ['wsgi', 'escaped twice', '/a%252Fb', '/a/b'],
  ['any', 'escaped three times', '/images/%25252e%25252e/x', '/x'],
]
for (const [server, sentence, path, is] of rows) {
  test(`G1: ${server} may read ${sentence}: ${path} is ${is}`, () => {
    for (const name of new Set([server, 'any'] as const))
      assert.ok(readings(path, path, name)?.includes(is), `${name}: ${readings(path, path, name)}`)
  })
}

test('G1: a path that nothing is special about has one reading, which is the path', () => {
  for (const path of ['/', '/a/b.html', '/~user/', '/my%20page', '/caf%C3%A9', '/.well-known/x', "/it's(1)@2:3"])
    for (const server of serverNames) assert.deepEqual(readings(path, path, server), [path], server)
})

test('G1: names that only a Windows disk could tell are refused for IIS', () => {
  for (const path of ['/LOGIN~1.ASP', '/images/LOGIN~12.ASP', '/a/IMAGES~1/x'])
    assert.equal(readings(path, path, 'iis'), null, path)
  assert.deepEqual(readings('/~user/a.png', '/~user/a.png', 'iis'), ['/~user/a.png'])
})

test('G1: any path has few readings, each without dots to go up, the canonical one among them, or is refused', () => {
  const piece = fc.constantFrom(
    ...['/', '.', '..', '%2F', '%252F', '%5C', '\\', ';', '%3B', '%3F', '%23', '%20', '%0A', '::$DATA', '(S(x))'],
    ...['%C0%AE', '%C0%AF', '%EF%BC%8F', '%E9', '%C3%A9', 'a', 'B', '~1', '//', '%2e', '%25'],
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), fc.constantFrom(...serverNames), (pieces, server) => {
      const raw = `/${pieces.join('')}`
      const path = withoutDots(inOneSpelling(raw))
      const all = readings(path, raw, server)
      if (all === null) return
      assert.ok(all.length <= 96)
      assert.ok(all.every((way) => !way.split('/').some((segment) => segment === '.' || segment === '..')))
      if (server !== 'tomcat' && server !== 'iis') assert.equal(all[0], path)
    }),
  )
})

test('G1: the spelling of a path in one form names the same bytes, and is settled', () => {
  const byte = fc
    .integer({ min: 0x21, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(byte, fc.constantFrom('%e4', '%2F', '%41', '%c3%bc')), { maxLength: 20 }),
      (parts) => {
        const path = `/${parts.join('')}`
        const spelt = inOneSpelling(path)
        assert.equal(bytes(spelt), bytes(path))
        assert.match(spelt, /^[\x21-\x7e]+$/)
      },
    ),
  )
  assert.equal(inOneSpelling('/caf\xe9'), '/caf%E9')
})

function bytes(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

test('G1: a pattern beyond ASCII covers its page in UTF-8 and in Windows-1252, and in capitals where case is folded', () => {
  const café = compilePathPattern('/caf%C3%A9/*')
  for (const path of ['/caf%C3%A9/x', '/caf%E9/x']) assert.match(comparable(path, false), café)
  assert.doesNotMatch(comparable('/CAF%C3%89/x', false), café)
  const folded = compilePathPattern('/M%C3%BCller/*', { ignoreCase: true })
  for (const path of ['/m%C3%BCLLER/x', '/M%C3%9Cller/x', '/M%DCLLER/x']) assert.match(comparable(path, true), folded)
})

const pages: [sentence: string, pattern: string, yes: string[], no: string[]][] = [
  [
    'a page without ending',
    '/login',
    ['/login', '/Login', '/login/', '/login.php', '/login.aspx', '/login.php/x', '/login.json'],
    ['/login/x', '/loginx', '/login.png', '/login.html', '/x/login', '/log'],
  ],
  ['a script', '/login.php', ['/login.php', '/login', '/LOGIN.PHP/', '/login.php/a/b'], ['/login.php.png', '/a.php']],
  [
    'what is behind a script',
    '/index.php/login',
    ['/index.php/login', '/index.php/login/'],
    ['/index.php', '/index.php/x'],
  ],
  ['a prefix', '/account/log*', ['/account/login', '/ACCOUNT/logout/x'], ['/account/x']],
  [
    'the page of servlets',
    '/**/j_security_check',
    ['/j_security_check', '/app/x/j_security_check'],
    ['/x_j_security_check'],
  ],
  ['the root', '/', ['/'], ['/x']],
]
for (const [sentence, pattern, yes, no] of pages) {
  test(`G1, G3: a sign-in is its page however that is spelt: ${sentence}`, () => {
    const expression = pageExpression(pattern)
    for (const path of yes) assert.match(path, expression)
    for (const path of no) assert.doesNotMatch(path, expression)
  })
}

test('G3: a rule for a method that no form can send covers POST', () => {
  const meaning = compileRules({
    server: 'any',
    public: [],
    login: [{ method: 'PUT', path: '/session', success: { status: [200] } }],
    logout: [{ method: 'DELETE', path: '/session' }],
  })
  const path = { path: '/session', rawPath: '/session', plain: true }
  assert.deepEqual([meaning('DELETE', path).logout, meaning('POST', path).logout], [true, true])
  assert.deepEqual([meaning('GET', path).logout, meaning('GET', path).login], [false, null])
  assert.notEqual(meaning('POST', path).login, null)
})

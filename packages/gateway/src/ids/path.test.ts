import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PathIds } from './path.ts'

const java = new PathIds(['jsessionid'], false)
const aspnet = new PathIds([], true)

const removed: [string, PathIds, string, string][] = [
  ['behind the page', java, '/shop/page;jsessionid=ABC.node1', '/shop/page'],
  ['behind a folder', java, '/shop;jsessionid=ABC/page', '/shop/page'],
  ['behind the root', java, '/;jsessionid=ABC', '/'],
  ['each of several', java, '/a;jsessionid=1/b;jsessionid=2;jsessionid=3', '/a/b'],
  ['in another case, for servers that fold it', java, '/a;JSessionID=1', '/a'],
  ['escaped', java, '/a;%6asessionid=1;x=%3B', '/a;x=%3B'],
  ['with an escaped equals sign, and without any', java, '/a;jsessionid%3D1;jsessionid', '/a'],
  ['other parameters stay', java, '/a;v=1;jsessionid=1;w/b;jsessionidx=2', '/a;v=1;w/b;jsessionidx=2'],
  ['a name without semicolon stays', java, '/jsessionid=1', '/jsessionid=1'],
  ['a cookieless session', aspnet, '/(S(lit3py55t21z5v55vlm25s55))/page.aspx', '/page.aspx'],
  ['session, ticket and profile in one', aspnet, '/app/(A(x)S(y)F(z))/page.aspx', '/app/page.aspx'],
  ['with escaped brackets', aspnet, '/%28S%28abc%29%29/page.aspx', '/page.aspx'],
  ['at the end', aspnet, '/(S(abc))', '/'],
  ['alone in the brackets, as Mono writes it', aspnet, '/(0123456789ABCDEF01234567)/page.aspx', '/page.aspx'],
  ['other brackets stay', aspnet, '/wiki/Mercury_(planet)/(1)/f(A(x))', '/wiki/Mercury_(planet)/(1)/f(A(x))'],
  ['what another platform does is left alone', aspnet, '/a;jsessionid=1', '/a;jsessionid=1'],
]

for (const [sentence, ids, before, after] of removed) {
  test(`G2: ids in paths are removed: ${sentence}`, () => {
    assert.ok(before === after || ids.mayBeIn(before))
    assert.equal(ids.removedFrom(before), after)
  })
}

const refused: [string, PathIds, string][] = [
  ['an escaped semicolon', java, '/page%3Bjsessionid=planted'],
  ['an escaped one behind another parameter', java, '/page;a=b%3bjsessionid=planted'],
  ['a dot segment behind an id', java, '/public/..;jsessionid=x/admin'],
  ['an escaped dot segment', java, '/public/%2e.;jsessionid=x/admin'],
  ['two cookieless segments', aspnet, '/(S(a))/b/(S(b))/page.aspx'],
  ['one that joins what stands beside it', aspnet, '/b/(S(x))in/page.aspx'],
  ['one behind a backslash', aspnet, '/b\\(S(x))/page.aspx'],
  ['one behind an escaped slash', aspnet, '/b%2f(S(x))/page.aspx'],
  ['one that does not end', aspnet, '/(S(x)/page.aspx'],
]

for (const [sentence, ids, path] of refused) {
  test(`G1, G2: an id that servers would read in several ways is refused: ${sentence}`, () => {
    assert.ok(ids.mayBeIn(path))
    assert.throws(() => ids.removedFrom(path), { status: 400 })
  })
}

test('G2: whatever is removed, nothing that Tomcat would take for an id is left', () => {
  const parts = fc.constantFrom('/', ';', 'jsessionid', 'JSESSIONID', '=', 'a', '%3B', '.', '%6a', 'sessionid', '%')
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      let left = ''
      try {
        left = java.removedFrom(`/${words.join('')}`)
      } catch {
        return
      }
      assert.doesNotMatch(left, /;(?:j|%6a)sessionid(?:=|;|\/|$)/i)
      assert.equal(java.removedFrom(left), left)
    }),
  )
})

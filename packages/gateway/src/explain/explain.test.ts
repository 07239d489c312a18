// What is told about a request is what the gateway does with it.

import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { openText } from '../config/load.ts'
import { Refused } from '../config/values/refused.ts'
import { startApplication } from '../testing/application.ts'
import { startTestGateway } from '../testing/gateway.ts'
import { getRaw } from '../testing/wire.ts'
import { type Explanation, explain } from './explain.ts'
import { renderOrigin } from './origin.ts'

const YAML = `listen: [http://localhost:8080]
store: sqlite:x.db
sessions: { idle: 20m }
sites:
  - hosts: [shop.example.test, bücher.example.test]
    upstream: http://127.0.0.1:3000
    preset: aspnet
    public:
      - /images/*
      - /favicon.ico
    expose: [theme]
    login: { user: { field: '*$UserName' } }
    logout: [{ path: /a }, { path: /bye }]
    callbacks: [/saml/acs]
  - upstream: http://127.0.0.1:3001
    preset: dokuwiki
    name: wiki
    vault: report
`

const open = openText(YAML, 'coatcheck.yaml', tmpdir())
const onlyOne = openText(YAML.slice(0, YAML.indexOf('  - upstream')), 'coatcheck.yaml', tmpdir())

function explained(url: string, method = 'GET', from = open): Explanation {
  const explanation = explain(from, { url, method })
  assert(!(explanation instanceof Refused), JSON.stringify(explanation))
  return explanation
}

const rules = ({ rules }: Explanation) =>
  rules.map(({ kind, covers, origin }) => `${kind} ${covers} ${renderOrigin(origin)}`)
const steps = ({ steps }: Explanation) => steps.map(({ what }) => what).join('\n')

test('the site is named with the line that chose it', () => {
  const { site } = explained('https://shop.example.test/')
  assert.equal(site?.chosenBy, 'host')
  assert.equal(renderOrigin(site!.origin), 'coatcheck.yaml:5')
  assert.equal(renderOrigin(site!.preset.origin), 'coatcheck.yaml:7')
  assert.equal(renderOrigin(site!.server.origin), 'preset aspnet')
  const other = explained('https://elsewhere.test/').site
  assert.deepEqual([other?.name, other?.chosenBy, renderOrigin(other!.origin)], ['wiki', 'any', 'coatcheck.yaml:15'])
})

test('a host that no site answers for is told with the hosts that there are', () => {
  const explanation = explained('https://nope.test/', 'GET', onlyOne)
  assert.deepEqual([explanation.verdict, explanation.answer?.status, explanation.site], ['refused', 421, null])
  assert.deepEqual(explanation.hosts, ['shop.example.test', 'xn--bcher-kva.example.test'])
})

const covered: [url: string, method: string, rules: string[]][] = [
  ['https://shop.example.test/images/a.png', 'GET', ['public /images/* coatcheck.yaml:9']],
  ['https://shop.example.test/FAVICON.ico', 'GET', ['public /favicon.ico coatcheck.yaml:10']],
  ['https://shop.example.test/login.aspx/x', 'POST', ['sign-in POST /Login.aspx preset aspnet']],
  ['https://shop.example.test/bye', 'GET', ['sign-out any method /bye coatcheck.yaml:13']],
  ['https://shop.example.test/saml/acs', 'POST', ['callback /saml/acs coatcheck.yaml:14']],
  ['https://shop.example.test/other', 'GET', []],
]

for (const [url, method, expected] of covered) {
  test(`${method} ${url} is covered by ${expected[0] ?? 'no rule'}`, () => {
    assert.deepEqual(rules(explained(url, method)), expected)
  })
}

test('what a rule has from the file and what from the preset is told key by key', () => {
  const [rule] = explained('https://shop.example.test/Login.aspx', 'POST').rules
  const says = rule?.says.map(({ what, origin }) => `${what}, ${renderOrigin(origin)}`)
  assert.deepEqual(says, [
    'the user is in the field *$UserName, coatcheck.yaml:12',
    'success is an answer that has the status 302, sets .ASPXAUTH, preset aspnet',
  ])
})

test('G1: readings that meet different rules are listed, and the request is refused', () => {
  const { path, verdict, answer } = explained('https://shop.example.test/images/..%2fLogin.aspx', 'POST')
  assert.equal(verdict, 'refused')
  assert.equal(answer?.status, 400)
  assert.deepEqual(path?.readings, [
    { path: '/images/..%2FLogin.aspx', meanings: ['public'] },
    { path: '/Login.aspx', meanings: ['sign-in'] },
  ])
})

test('what is done follows from what the path means', () => {
  assert.match(steps(explained('https://shop.example.test/images/a')), /^no session is opened\nthe application gets no/)
  const signIn = steps(explained('https://shop.example.test/Login.aspx', 'POST'))
  assert.match(signIn, /token ends before the request is forwarded/)
  assert.match(signIn, /forwarded: POST http:\/\/127.0.0.1:3000\/Login.aspx\n/)
  assert.match(signIn, /theme is exposed/)
  assert.match(steps(explained('https://shop.example.test/bye')), /the session ends before the request is forwarded/)
  assert.match(steps(explained('https://shop.example.test/x')), /ends when nobody uses it for 20m\nit ends 12h after/)
  assert.match(steps(explained('https://wiki.test/x')), /^nothing is protected/)
})

test('R5: plain http gets what the site says, and where it leads', () => {
  const refused = explained('http://shop.example.test/x')
  assert.deepEqual([refused.verdict, refused.answer?.status], ['refused', 403])
  const proxied = openText(`trustedProxies: [10.0.0.0/8]\n${YAML}`, 'coatcheck.yaml', tmpdir())
  const led = explained('http://shop.example.test/x?y', 'GET', proxied)
  assert.deepEqual([led.verdict, led.answer?.location], ['redirected', 'https://shop.example.test/x?y'])
})

const assumptions: [url: string, becomes: string, assumed: RegExp][] = [
  ['shop.example.test/x', 'http://shop.example.test/x', /^http, as no scheme/],
  ['/x', 'http://shop.example.test/x', /the host shop.example.test, as none is given/],
  ['https://bücher.example.test/ü#f', 'https://xn--bcher-kva.example.test/%C3%BC', /fragment stays/],
  ['http://shop.example.test', 'http://shop.example.test/', /^$/],
]

for (const [url, becomes, assumed] of assumptions) {
  test(`${url} is asked for as ${becomes}`, () => {
    const explanation = explained(url, 'GET', onlyOne)
    assert.equal(explanation.url, becomes)
    assert.match(explanation.assumed.join('; '), assumed)
  })
}

const wrong: [url: string, what: RegExp, remedy: string][] = [
  ['', /is empty/, 'write an address such as http://shop.example.test/'],
  ['htps://shop.example.test/', /scheme "htps"/, 'write https://shop.example.test/'],
  ['ftp://shop.example.test/', /scheme "ftp"/, 'write https://shop.example.test/'],
  ['https:/shop.example.test/', /broken scheme/, 'write https://shop.example.test/'],
  ['https//shop.example.test/', /broken scheme/, 'write https://shop.example.test/'],
  ['https://a..b/', /"a..b" where the host belongs/, 'write for example http://shop.example.test/'],
  ['https://a:99999/', /port 99999/, 'the highest port is 65535'],
  ['https://u:p@a/', /user name/, 'browsers do not send it: write a'],
  ['/a b', /has a space/, 'write a space as %20'],
]

for (const [url, what, remedy] of wrong) {
  test(`the address "${url}" is refused, with what to write`, () => {
    const refused = explain(onlyOne, { url })
    assert(refused instanceof Refused)
    assert.match(refused.what, what)
    assert.equal(refused.remedy, remedy)
  })
}

test('G1: what is told is what a gateway with the same configuration does', async (t) => {
  const app = await startApplication(t)
  const site = "preset: java, public: ['/open/*', /caf%C3%A9], login: { path: /in, success: { setsCookie: a } }"
  const gateway = await startTestGateway(t, app.port, { site })
  const text = `listen: ['http://127.0.0.1:0']\nsites: [{ upstream: 'http://127.0.0.1:${app.port}', ${site} }]`
  const same = openText(text, 'coatcheck.yaml', tmpdir())
  const targets = [
    ...['/', '/open/a', '/open/%61', '/open/../in', '/open/..;/in', '/open/..%2fin', '/x;jsessionid=1?a=b', '/%zz'],
    ...['/caf%E9', '/caf%C3%A9', '/a%00', '/in;x', '/IN', '//open/a', '/open/..%252fin', '/open/%5c..%5cin', '/in/'],
  ]
  for (const target of targets) {
    const before = app.arrived.length
    const told = explained(`http://localhost${target}`, 'GET', same)
    const { status } = await getRaw(gateway.port, target, 'Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n')
    assert.equal(told.verdict === 'forwarded', app.arrived.length > before, `${target}: ${told.verdict}, ${status}`)
    if (told.verdict === 'forwarded') assert.equal(app.arrived.at(-1)?.url, told.path?.forwarded)
    else assert.equal(status, told.answer?.status)
  }
})

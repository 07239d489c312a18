import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { certify, temporaryFolder } from './certificates-for-tests.ts'
import { ConfigError, defaultConfig, loadConfig, parseConfig } from './index.ts'

const folder = temporaryFolder()
after(() => folder[Symbol.dispose]())
certify(folder.path, 'shop', ['shop.example.test'])

const good = `
listen: [ 'http://0.0.0.0:8080', 'https://0.0.0.0:8443' ]
tls: { cert: shop.cert.pem, key: shop.key.pem }
trustedProxies: [10.0.0.0/8]                 # default none
store: sqlite:./coatcheck.db                 # or memory:
sessions: { idle: 30m, absolute: 12h }       # idle may be off
sites:
  - hosts: [shop.example.test]               # default: any host
    upstream: http://127.0.0.1:8081
    preset: aspnet
    http: redirect                           # default, to the https listener or publicPort; or tiered, or refuse
    hsts: 180d
    sessions: { absolute: 8h }               # per site
    public: [/images/*, /favicon.ico]
    expose: [theme]
    login:                                   # user: a form field, body read up to 64 KiB
      { method: POST, path: /Login.aspx, user: { field: User }, success: { status: [302], setsCookie: .ASPXAUTH } }
    logout: { path: /Logout.aspx }
`

test('the example of the documentation resolves, with every default filled in', async () => {
  const file = join(folder.path, 'coatcheck.yaml')
  writeFileSync(file, good)
  const { tls, byHost, ...config } = await loadConfig(file)
  assert.deepEqual(config, {
    file,
    listen: [
      { protocol: 'http', host: '0.0.0.0', port: 8080 },
      { protocol: 'https', host: '0.0.0.0', port: 8443 },
    ],
    publicPort: null,
    trustedProxies: ['10.0.0.0/8'],
    loopback: 'browser',
    store: { kind: 'sqlite', file: join(folder.path, 'coatcheck.db') },
    workers: 1,
    reportFile: join(folder.path, 'coatcheck.db-report.json'),
    unreturnedVaults: 100,
    limits: { connections: 10_000, requestsPerConnection: null, streamsPerConnection: 100, headers: 65_536 },
    timeouts: { request: 30_000, keepAlive: 65_000, connect: 10_000, headers: 60_000, body: 300_000, drain: 8_000 },
    sites: [
      {
        name: 'shop.example.test',
        hosts: ['shop.example.test'],
        upstream: { protocol: 'http', host: '127.0.0.1', port: 8081 },
        preset: 'aspnet',
        server: 'iis',
        http: 'redirect',
        hsts: 180 * 86_400_000,
        sessions: {
          idle: 30 * 60_000,
          absolute: 8 * 3_600_000,
          renew: 3_600_000,
          limit: null,
          remember: { idle: 'off', absolute: 30 * 86_400_000 },
        },
        cookie: 'sid',
        keys: { secrets: [], acceptWithoutSecret: false },
        users: { ignoreCase: true, domains: [] },
        public: ['/images/*', '/favicon.ico'],
        vault: 'keep',
        leftovers: 'delete',
        insecureAdopt: null,
        anonymousCaching: false,
        expose: ['XSRF-TOKEN', 'theme'],
        authCookies: ['.ASPXAUTH'],
        sessionCookies: ['ASP.NET_SessionId'],
        idParameters: [],
        idPathParameters: [],
        cookielessIds: true,
        idsAnywhere: false,
        trustedOrigins: [],
        callbacks: [],
        embedded: [],
        login: [
          {
            method: 'POST',
            path: '/Login.aspx',
            user: { field: 'User' },
            success: { status: [302], setsCookie: '.ASPXAUTH' },
          },
        ],
        formsMaySignIn: false,
        logout: [{ path: '/Logout.aspx' }],
      },
    ],
    anyHost: null,
    warnings: [],
  })
  assert.equal(byHost.get('shop.example.test'), config.sites[0])
  assert.equal(tls?.certFile, join(folder.path, 'shop.cert.pem'))
  assert.match(tls.cert, /^-----BEGIN CERTIFICATE-----/)
  assert.match(tls.key, /^-----BEGIN PRIVATE KEY-----/)
})

test('files are seen from the folder of the configuration, not from where the process runs', () => {
  mkdirSync(join(folder.path, 'etc'))
  const text = good.replaceAll('shop.cert', '../shop.cert').replaceAll('shop.key', '../shop.key')
  const config = parseConfig(text, 'coatcheck.yaml', join(folder.path, 'etc'))
  assert.equal(config.tls?.keyFile, join(folder.path, 'shop.key.pem'))
  assert.deepEqual(config.store, { kind: 'sqlite', file: join(folder.path, 'etc', 'coatcheck.db') })
})

test('the smallest file is one upstream: on localhost, in memory, for any host', () => {
  const config = parseConfig('sites: [{ upstream: http://127.0.0.1:8081 }]', 'coatcheck.yaml', folder.path)
  const [site] = config.sites
  assert.deepEqual(config.listen, [{ protocol: 'http', host: 'localhost', port: 8080 }])
  assert.deepEqual(config.store, { kind: 'memory' })
  assert.equal(config.anyHost, site)
  assert.equal(site?.name, 'default')
  assert.equal(site.http, 'refuse', 'there is no https to redirect to')
  assert.deepEqual(site.sessions, {
    idle: 1_800_000,
    absolute: 43_200_000,
    renew: 3_600_000,
    limit: null,
    remember: { idle: 'off', absolute: 30 * 86_400_000 },
  })
})

test('a file that is not there, a folder and bytes that are not text are configuration errors', async () => {
  const binary = join(folder.path, 'binary.yaml')
  writeFileSync(binary, Buffer.from([0x73, 0xff, 0xfe]))
  for (const [file, words] of [
    [join(folder.path, 'nothing.yaml'), /which is not there/],
    [folder.path, /which is a folder/],
    [binary, /is not UTF-8/],
  ] as const) {
    await assert.rejects(loadConfig(file), (error: unknown) => {
      assert(error instanceof ConfigError)
      assert.equal(error.code, 'ERR_CONFIG')
      assert.match(error.message, words)
      return true
    })
  }
})

test('the command line makes a configuration of one site for any host', () => {
  const config = defaultConfig({
    upstream: 'http://localhost:8081',
    listen: ['http://127.0.0.1:9000'],
    preset: 'aspnet',
  })
  assert.equal(config.file, null)
  assert.equal(config.anyHost?.preset, 'aspnet')
  assert.deepEqual(config.listen, [{ protocol: 'http', host: '127.0.0.1', port: 9000 }])
})

test('what is wrong on the command line is named by its flag', () => {
  assert.throws(
    () => defaultConfig({ upstream: 'localhost:8081', listen: ['http://0.0.0.0:80'], preset: 'aspnt' }),
    ({ problems, message }: ConfigError) => {
      assert.deepEqual(problems.map(({ key }) => key).sort(), ['--listen http://0.0.0.0:80', '--preset', '--upstream'])
      assert.match(message, /write http:\/\/localhost:8081/)
      assert.match(message, /did you mean aspnet\?/)
      return true
    },
  )
})

test('whatever the text, the answer is a configuration or a ConfigError', () => {
  const fragment = fc.constantFrom(
    ...[
      'sites:',
      '\n',
      '  ',
      '- ',
      'upstream: ',
      'http://a:1',
      '{',
      '}',
      '[',
      ']',
      ': ',
      ', ',
      '*a',
      '&a ',
      '!!set',
      '"',
    ],
    ...[
      'hosts: ',
      'login: ',
      'public: ',
      '/',
      '*',
      'tls: ',
      'listen: ',
      '---',
      '\t',
      '__proto__: ',
      'null',
      '1',
      '#',
      '|',
    ],
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        parseConfig(text, 'coatcheck.yaml', resolve(folder.path))
      } catch (error) {
        assert(error instanceof ConfigError, String((error as Error).stack))
        assert(error.problems.length > 0)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a single value of any text is judged, never a crash', () => {
  const keys = [
    'upstream',
    'hosts',
    'public',
    'expose',
    'trustedOrigins',
    'callbacks',
    'embedded',
    'name',
    'hsts',
  ] as const
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.string({ unit: 'binary' }), (key, value) => {
      const list = ['hosts', 'public', 'expose', 'trustedOrigins', 'callbacks', 'embedded'].includes(key)
      const site = { upstream: 'http://a:1', [key]: list ? [value] : value }
      try {
        parseConfig(JSON.stringify({ sites: [site] }), 'coatcheck.yaml', folder.path)
      } catch (error) {
        assert(error instanceof ConfigError, String((error as Error).stack))
      }
    }),
    { numRuns: 2000 },
  )
})

// What the keys of a right file become.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from './index.ts'

const resolved: [
  sentence: string,
  yaml: string,
  read: (config: ReturnType<typeof parseConfig>) => unknown,
  is: unknown,
][] = [
  [
    'hosts are compared in lower case, without trailing dot, in ASCII',
    'sites: [{ upstream: http://a:1, hosts: [Shop.Example.TEST., bücher.example, "[::0001]", 127.0.0.1] }]',
    ({ byHost }) => [...byHost.keys()],
    ['shop.example.test', 'xn--bcher-kva.example', '[::1]', '127.0.0.1'],
  ],
  [
    'a path pattern is kept in one form',
    'sites: [{ upstream: http://a:1, public: [/b%c3%bccher/%7eme/*, /bücher, /a%20b%7c] }]',
    ({ sites }) => sites[0]?.public,
    ['/b%C3%BCcher/~me/*', '/b%C3%BCcher', '/a%20b%7C'],
  ],
  [
    'a login rule is completed by the preset, its own keys win',
    'sites: [{ upstream: http://a:1, preset: aspnet, login: { path: /SignIn.aspx } }]',
    ({ sites }) => sites[0]?.login,
    [{ method: 'POST', path: '/SignIn.aspx', success: { status: [302], setsCookie: '.ASPXAUTH' } }],
  ],
  [
    'a success sign of its own replaces that of the preset, and its cookie counts as an auth cookie',
    'sites: [{ upstream: http://a:1, preset: aspnet, login: { success: { setsCookie: TICKET } } }]',
    ({ sites }) => [sites[0]?.login, sites[0]?.authCookies],
    [[{ method: 'POST', path: '/Login.aspx', success: { setsCookie: 'TICKET' } }], ['.ASPXAUTH', 'TICKET']],
  ],
  [
    'auth cookies of its own count beside those of the preset, and may be open at the end',
    'sites: [{ upstream: http://a:1, preset: aspnet, authCookies: [wp_in_*], login: { success: { setsCookie: t* } } }]',
    ({ sites }) => sites[0]?.authCookies,
    ['.ASPXAUTH', 'wp_in_*', 't*'],
  ],
  [
    'a name is remembered by one sign-in rule for another',
    `sites: [{ upstream: http://a:1, login: [
      { path: /in, user: { field: '*$User' }, success: { setsCookie: a }, continues: { location: /otp } },
      { path: /otp, user: { remembered: true }, success: { setsCookie: a } }] }]`,
    ({ sites }) => sites[0]?.login.map(({ user, continues }) => [user, continues]),
    [
      [{ field: '*$User' }, { location: '/otp' }],
      [{ remembered: true }, undefined],
    ],
  ],
  [
    'there may be several sign-ins and sign-outs',
    `sites: [{ upstream: http://a:1, login: [{ path: /in, success: { location: /home } }, { path: /api/in, method: PUT,
     success: { status: [200], setsCookie: s } }], logout: [{ path: /out }, { path: /api/in, method: DELETE }] }]`,
    ({ sites }) => [sites[0]?.login.map(({ method, path }) => `${method} ${path}`), sites[0]?.logout],
    [
      ['POST /in', 'PUT /api/in'],
      [{ path: '/out' }, { path: '/api/in', method: 'DELETE' }],
    ],
  ],
  [
    'idle and renew may be off, a limit ends the oldest by default, and the site wins over the gateway key by key',
    `sessions: { idle: off, renew: off, limit: { max: 2 } }
sites: [{ upstream: http://a:1, sessions: { idle: 90, remember: { idle: 7d } } }]`,
    ({ sites }) => sites[0]?.sessions,
    {
      idle: 90_000,
      absolute: 43_200_000,
      renew: 'off',
      limit: { max: 2, policy: 'end-oldest' },
      remember: { idle: 604_800_000, absolute: 2_592_000_000 },
    },
  ],
  [
    'R5: a trusted proxy without an https listener of ours redirects to 443',
    `listen: [http://0.0.0.0:8080]
trustedProxies: [10.0.0.7]
sites: [{ upstream: http://a:1 }]`,
    ({ publicPort, trustedProxies, sites }) => [publicPort, trustedProxies, sites[0]?.http],
    [443, ['10.0.0.7/32'], 'redirect'],
  ],
  [
    'R1, R8: a callback may have any one segment in its middle, and be a sign-in; origins are kept as browsers say them',
    `sites: [{ upstream: http://a:1, callbacks: [/t/*/%61cs, /in], embedded: ['HTTPS://LMS.test:443'],
     login: { path: /in, success: { location: /home } } }]`,
    ({ sites }) => [sites[0]?.callbacks, sites[0]?.embedded],
    [['/t/*/acs', '/in'], ['https://lms.test']],
  ],
  [
    'R5: loopback may be taken for secure',
    'insecureLoopback: true\nsites: [{ upstream: http://a:1 }]',
    (c) => c.loopback,
    'insecure',
  ],
  [
    'an IPv6 listener loses its brackets, and a scheme brings its port',
    "listen: ['http://[::1]:0', http://127.0.0.1]\nsites: [{ upstream: https://a }]",
    ({ listen, sites }) => [listen, sites[0]?.upstream.port],
    [
      [
        { protocol: 'http', host: '::1', port: 0 },
        { protocol: 'http', host: '127.0.0.1', port: 80 },
      ],
      443,
    ],
  ],
  [
    'anchors and aliases work, in the middle of a rule too',
    `sites:
  - { upstream: http://a:1, hosts: [a.test], login: &rule { path: /in, success: { location: /home } } }
  - { upstream: http://b:1, hosts: [b.test], login: *rule }`,
    ({ sites }) => sites[1]?.login[0]?.path,
    '/in',
  ],
]

for (const [sentence, yaml, read, is] of resolved) {
  test(sentence, () => assert.deepEqual(read(parseConfig(yaml, 'coatcheck.yaml', '/')), is))
}

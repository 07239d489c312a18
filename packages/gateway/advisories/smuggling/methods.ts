// Which requests have a body, which are more than a request, and what stands behind them on their connection?

import { get, post, request, SMUGGLED, type Variant } from './variant.ts'

const refused = ['400'] as const

const bodies: readonly Variant[] = [
  [
    '0.CL: a GET with a body',
    request('GET /a', [`Content-Length: ${SMUGGLED.length}`], SMUGGLED + get('/b')),
    [`GET /a ${SMUGGLED}`, 'GET /b'],
  ],
  [
    'a GET with chunks',
    request('GET /a', ['Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n${get('/b')}`),
    ['GET /a hello', 'GET /b'],
  ],
  ['a HEAD with a body', request('HEAD /a', ['Content-Length: 5'], `hello${get('/b')}`), ['HEAD /a hello', 'GET /b']],
  [
    'a HEAD with chunks',
    request('HEAD /a', ['Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n${get('/b')}`),
    ['HEAD /a hello', 'GET /b'],
  ],
  [
    'a DELETE with a body',
    request('DELETE /a', ['Content-Length: 5'], `hello${get('/b')}`),
    ['DELETE /a hello', 'GET /b'],
  ],
  [
    'an OPTIONS with a body',
    request('OPTIONS /a', ['Content-Length: 5'], `hello${get('/b')}`),
    ['OPTIONS /a hello', 'GET /b'],
  ],
  ['CL.0: a POST that holds a request', post('/a', SMUGGLED) + get('/b'), [`POST /a ${SMUGGLED}`, 'GET /b']],
  ['a POST with a length of nothing', request('POST /a', ['Content-Length: 0'], get('/b')), ['POST /a', 'GET /b']],
  ['a POST without a length', request('POST /a', [], get('/b')), ['POST /a', 'GET /b']],
  ['a DELETE without a length', request('DELETE /a', [], get('/b')), ['DELETE /a', 'GET /b']],
  ['a body that never comes', request('POST /a', ['Content-Length: 5']), ['broken POST /a']],
  ['a body that comes in part', request('POST /a', ['Content-Length: 50'], 'hello'), ['broken POST /a']],
  ['a GET whose body never comes', request('GET /a', ['Content-Length: 5']), ['broken GET /a']],
]

const methods: readonly Variant[] = [
  ['a method in small letters', request('get /a'), refused],
  ['a method that nobody knows', request('SMUGGLE /a'), refused],
  ['a method with a sign in it', request('GE:T /a'), refused],
  ['a method of bytes beyond ASCII', request('G\xc9T /a'), refused],
  ['TRACE', request('TRACE /a'), ['405']],
  ['TRACE with a body', request('TRACE /a', [`Content-Length: ${SMUGGLED.length}`], SMUGGLED), ['405']],
  ['CONNECT to a host', `CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n${SMUGGLED}`, ['nothing']],
  ['CONNECT to a path', `CONNECT /v000/a HTTP/1.1\r\nHost: localhost\r\n\r\n${SMUGGLED}`, ['nothing']],
  [
    'CONNECT with a length',
    `CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nContent-Length: 5\r\n\r\nhello${SMUGGLED}`,
    ['nothing'],
  ],
  [
    'PROPFIND with a body',
    request('PROPFIND /a', ['Content-Length: 5'], `hello${get('/b')}`),
    ['PROPFIND /a hello', 'GET /b'],
  ],
]

const upgrades: readonly Variant[] = [
  [
    'an upgrade to h2c',
    get('/a', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__') + get('/b'),
    ['GET /a'],
  ],
  [
    'an upgrade to h2c with a body',
    request(
      'POST /a',
      ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__', 'Content-Length: 5'],
      `hello${get('/b')}`,
    ),
    ['POST /a hello'],
  ],
  [
    'an upgrade to h2c with chunks',
    request(
      'POST /a',
      ['Connection: Upgrade', 'Upgrade: h2c', 'Transfer-Encoding: chunked'],
      `5\r\nhello\r\n0\r\n\r\n${get('/b')}`,
    ),
    ['POST /a hello'],
  ],
  ['an upgrade to something that is none', get('/a', 'Connection: Upgrade', 'Upgrade: x') + get('/b'), ['GET /a']],
  ['an upgrade to TLS', get('/a', 'Connection: Upgrade', 'Upgrade: TLS/1.0') + get('/b'), ['GET /a']],
  [
    'a WebSocket with a body',
    request('GET /a', ['Connection: Upgrade', 'Upgrade: websocket', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
    refused,
  ],
  [
    'a WebSocket with chunks',
    request(
      'GET /a',
      ['Connection: Upgrade', 'Upgrade: websocket', 'Transfer-Encoding: chunked'],
      `0\r\n\r\n${SMUGGLED}`,
    ),
    refused,
  ],
  [
    'a WebSocket by POST',
    request('POST /a', ['Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello'],
  ],
  [
    'a WebSocket of a wrong version, as a tunnel past a proxy',
    get('/a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 777', 'Origin: http://localhost') +
      SMUGGLED,
    ['GET /a'],
  ],
  ['a WebSocket without Connection', get('/a', 'Upgrade: websocket') + get('/b'), ['GET /a']],
  ['Connection: Upgrade without an upgrade', get('/a', 'Connection: Upgrade') + get('/b'), ['GET /a', 'GET /b']],
  ['two upgrades', get('/a', 'Connection: Upgrade', 'Upgrade: h2c', 'Upgrade: websocket') + get('/b'), ['GET /a']],
]

const expectations: readonly Variant[] = [
  [
    'a body behind Expect: 100-continue, at once',
    request('POST /a', ['Expect: 100-continue', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
  [
    'Expect: 100-continue in capitals',
    request('POST /a', ['Expect: 100-CONTINUE', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
  [
    'Expect: 100-continue with chunks',
    request('POST /a', ['Expect: 100-continue', 'Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
  ['Expect: 100-continue without a body', get('/a', 'Expect: 100-continue') + get('/b'), ['GET /a', 'GET /b']],
  [
    'Expect: 100-continue with a GET that holds a request',
    request('GET /a', ['Expect: 100-continue', `Content-Length: ${SMUGGLED.length}`], SMUGGLED + get('/b')),
    [`GET /a ${SMUGGLED}`, 'GET /b'],
  ],
  [
    'Expect twice',
    request('POST /a', ['Expect: 100-continue', 'Expect: 100-continue', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
  [
    'an Expect that nobody knows',
    request('POST /a', ['Expect: x', `Content-Length: ${SMUGGLED.length}`], SMUGGLED + get('/b')),
    ['417', 'GET /b'],
  ],
  [
    'an Expect of two words',
    request('POST /a', ['Expect: y 100-continue', `Content-Length: ${SMUGGLED.length}`], SMUGGLED + get('/b')),
    [`POST /a ${SMUGGLED}`, 'GET /b'],
  ],
  [
    'an Expect of nothing',
    request('POST /a', ['Expect:', 'Content-Length: 5'], `hello${get('/b')}`),
    ['417', 'GET /b'],
  ],
  [
    'Expect named in Connection',
    request('POST /a', ['Expect: 100-continue', 'Connection: Expect', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
]

const versions: readonly Variant[] = [
  ['HTTP/1.0', request('GET /a HTTP/1.0') + SMUGGLED, ['broken GET /a']],
  ['HTTP/1.0 without Host', 'GET /v000/a HTTP/1.0\r\n\r\n', refused],
  ['HTTP/1.0 kept alive', request('GET /a HTTP/1.0', ['Connection: keep-alive']) + get('/b'), ['GET /a', 'GET /b']],
  [
    'HTTP/1.0 with chunks',
    request('POST /a HTTP/1.0', ['Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
    refused,
  ],
  [
    'HTTP/1.0 kept alive with chunks',
    request(
      'POST /a HTTP/1.0',
      ['Connection: keep-alive', 'Transfer-Encoding: chunked'],
      `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
    ),
    refused,
  ],
  [
    'HTTP/1.0 with a length and chunks',
    request(
      'POST /a HTTP/1.0',
      ['Content-Length: 4', 'Transfer-Encoding: chunked'],
      `5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
    ),
    refused,
  ],
  [
    'HTTP/1.0 kept alive with a body',
    request('POST /a HTTP/1.0', ['Connection: keep-alive', 'Content-Length: 5'], `hello${get('/b')}`),
    ['POST /a hello', 'GET /b'],
  ],
  [
    'HTTP/1.0 with Expect',
    request('POST /a HTTP/1.0', ['Expect: 100-continue', 'Content-Length: 5'], 'hello'),
    ['POST /a hello'],
  ],
]

const pipelines: readonly Variant[] = [
  ['two requests at once', get('/a') + get('/b'), ['GET /a', 'GET /b']],
  [
    'ten requests at once',
    Array.from({ length: 10 }, (_, i) => get(`/a${i}`)).join(''),
    Array.from({ length: 10 }, (_, i) => `GET /a${i}`),
  ],
  ['a request behind Connection: close', get('/a', 'Connection: close') + SMUGGLED, ['broken GET /a']],
  [
    'a request that cannot be read behind a good one',
    `${get('/a')}GET /v000/b HTTP/1.1\nHost: localhost\r\n\r\n`,
    ['broken GET /a'],
  ],
  [
    'a good request behind one that cannot be read',
    `GET /v000/a HTTP/1.1\nHost: localhost\r\n\r\n${SMUGGLED}`,
    refused,
  ],
  ['a good request behind one that is refused for its path', get('/a%00') + get('/b'), ['400', 'GET /b']],
  ['a good request behind one that is refused, with a body', post('/a%00', SMUGGLED) + get('/b'), ['400']],
  ['a HEAD in front of a GET', request('HEAD /a') + get('/b'), ['HEAD /a', 'GET /b']],
  ['nonsense behind a body', `${post('/a', 'hello')}xyz\r\n\r\n`, ['broken POST /a']],
  ['an empty line behind a body', `${post('/a', 'hello')}\r\n${get('/b')}`, ['POST /a hello', 'GET /b']],
  ['half of a request behind a good one', `${get('/a')}GET /v000/b HT`, ['GET /a', '408']],
]

export const others: readonly Variant[] = [
  ...bodies,
  ...methods,
  ...upgrades,
  ...expectations,
  ...versions,
  ...pipelines,
]

// Requests of HTTP/2 that would be two, or another one, if they were written down as HTTP/1.1 as they are.

import type { Field } from '../../src/testing/http2-raw.ts'

export interface FieldVariant {
  readonly sentence: string
  readonly fields: readonly Field[]
  /** DATA frames; none: the request ends with its head. */
  readonly parts: readonly string[]
  /** What the application reads; null: it is refused, and nothing is forwarded but perhaps a request that is cut off. */
  readonly read: string | null
}

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'

type Change = Readonly<Record<string, string | readonly string[] | undefined>>

/** The fields of a harmless request, some exchanged, taken away or doubled, and others behind them. */
function fields(change: Change = {}, ...more: Field[]): Field[] {
  const usual = { ':method': 'GET', ':scheme': 'https', ':path': '/a', ':authority': 'localhost', ...change }
  const written = Object.entries(usual).flatMap(([name, value]): Field[] => {
    const values = value === undefined ? [] : typeof value === 'string' ? [value] : value
    return values.map((each) => [name, each])
  })
  return [...written, ['sec-fetch-site', 'none'], ...more]
}

const post = (...more: Field[]) => fields({ ':method': 'POST' }, ...more)
const row = (
  sentence: string,
  given: readonly Field[],
  read: string | null = null,
  parts: readonly string[] = [],
): FieldVariant => ({ sentence, fields: given, parts, read })

const pseudo: readonly FieldVariant[] = [
  row('a path with a space', fields({ ':path': '/a b' })),
  row(
    'a path with a whole request behind a line end',
    fields({ ':path': `/a HTTP/1.1\r\nHost: localhost\r\n\r\n${SMUGGLED}` }),
  ),
  row('a path with a line end', fields({ ':path': '/a\r\nX: y' })),
  row('a path with a bare LF', fields({ ':path': '/a\nX: y' })),
  row('a path with a bare CR', fields({ ':path': '/a\rX: y' })),
  row('a path with a NUL', fields({ ':path': '/a\0b' })),
  row('a path with a tab', fields({ ':path': '/a\tb' })),
  row('a path with bytes beyond ASCII', fields({ ':path': '/a\xff' }), 'GET /a%FF'),
  row('a query with a line end', fields({ ':path': '/a?b\r\nX: y' })),
  row('a query with a space', fields({ ':path': '/a?b c' })),
  row('a path with a fragment', fields({ ':path': '/a#b' })),
  row('a path of nothing', fields({ ':path': '' })),
  row('no path', fields({ ':path': undefined })),
  row('two paths', fields({ ':path': ['/a', '/b'] })),
  row('a path without a slash', fields({ ':path': 'a' })),
  row('an address of another host for a path', fields({ ':path': 'https://evil.test/a' })),
  row('an address of the same host for a path', fields({ ':path': 'https://localhost/a' })),
  row('an asterisk for a path', fields({ ':path': '*', ':method': 'OPTIONS' })),
  row('a method with a request in it', fields({ ':method': `GET /b HTTP/1.1\r\nHost: localhost\r\n\r\nGET` })),
  row('a method with a space', fields({ ':method': 'GET /b' })),
  row('a method in small letters', fields({ ':method': 'get' })),
  row('a method of nothing', fields({ ':method': '' })),
  row('no method', fields({ ':method': undefined })),
  row('two methods', fields({ ':method': ['GET', 'POST'] })),
  row('TRACE', fields({ ':method': 'TRACE' })),
  row('CONNECT with a path', fields({ ':method': 'CONNECT' })),
  row('CONNECT', fields({ ':method': 'CONNECT', ':scheme': undefined, ':path': undefined })),
  row('CONNECT to a WebSocket', fields({ ':method': 'CONNECT', ':protocol': 'websocket' })),
  row('the scheme http', fields({ ':scheme': 'http' })),
  row('a scheme that is none', fields({ ':scheme': 'https://evil.test/' })),
  row('a scheme with a line end', fields({ ':scheme': `https\r\n\r\n${SMUGGLED}` })),
  row('a scheme of nothing', fields({ ':scheme': '' })),
  row('no scheme', fields({ ':scheme': undefined })),
  row('two schemes', fields({ ':scheme': ['https', 'http'] })),
  row('a pseudo header that nobody knows', fields({ ':smuggled': 'x' })),
  row('a status', fields({ ':status': '200' })),
  row('a pseudo header behind another header', [...fields({ ':path': undefined }), [':path', '/a']]),
]

const hosts: readonly FieldVariant[] = [
  row('another Host than its authority', fields({}, ['host', 'evil.test'])),
  row('the same Host as its authority', fields({}, ['host', 'localhost']), 'GET /a'),
  row('two authorities', fields({ ':authority': ['localhost', 'evil.test'] })),
  row('two Host', fields({ ':authority': undefined }, ['host', 'localhost'], ['host', 'evil.test'])),
  row('a Host alone', fields({ ':authority': undefined }, ['host', 'localhost']), 'GET /a'),
  row('no host at all', fields({ ':authority': undefined })),
  row('an authority of nothing', fields({ ':authority': '' })),
  row('an authority with a user', fields({ ':authority': 'x@localhost' })),
  row('an authority with a path', fields({ ':authority': 'localhost/x' })),
  row('an authority with a line end', fields({ ':authority': 'localhost\r\nX: y' })),
  row('an authority with a space', fields({ ':authority': 'localhost x' })),
]

/** Such a field is dropped, and the rest is served: nothing of it goes on. */
const values: readonly FieldVariant[] = [
  row('a name in capitals', fields({}, ['X-Own', 'y'])),
  row('a name with a line end', fields({}, ['x: y\r\nx', 'z']), 'GET /a'),
  row('a name with a colon', fields({}, ['x:y', 'z']), 'GET /a'),
  row('a name with a space', fields({}, ['x ', 'y']), 'GET /a'),
  row('a name with a NUL', fields({}, ['x\0', 'y']), 'GET /a'),
  row('a name of bytes beyond ASCII', fields({}, ['x\xe9', 'y']), 'GET /a'),
  row('a name of nothing', fields({}, ['', 'y']), 'GET /a'),
  row('a value with a line end', fields({}, ['x', 'y\r\nTransfer-Encoding: chunked']), 'GET /a'),
  row('a value with a whole request', fields({}, ['x', `y\r\n\r\n${SMUGGLED}`]), 'GET /a'),
  row('a value with a bare LF', fields({}, ['x', 'y\nz: z']), 'GET /a'),
  row('a value with a bare CR', fields({}, ['x', 'y\rz: z']), 'GET /a'),
  row('a value with a NUL', fields({}, ['x', 'y\0z']), 'GET /a'),
  row('a cookie with a line end', fields({}, ['cookie', 'a=b\r\nX: y']), 'GET /a'),
]

const framing: readonly FieldVariant[] = [
  row('H2.TE: transfer-encoding', post(['transfer-encoding', 'chunked']), null, [`0\r\n\r\n${SMUGGLED}`]),
  row('transfer-encoding of nothing', post(['transfer-encoding', '']), null, ['hello']),
  row('a name that CGI folds to transfer-encoding', post(['transfer_encoding', 'chunked']), 'POST /a hello', ['hello']),
  row('connection', fields({}, ['connection', 'close'])),
  row('connection, which names another header', fields({}, ['connection', 'x-forwarded-for'])),
  row('keep-alive', fields({}, ['keep-alive', 'timeout=5'])),
  row('proxy-connection', fields({}, ['proxy-connection', 'keep-alive'])),
  row('upgrade', fields({}, ['upgrade', 'websocket'])),
  row('te other than trailers', fields({}, ['te', 'gzip'])),
  row('te: trailers', fields({}, ['te', 'trailers']), 'GET /a'),
  row('H2.CL: a length of nothing, and a body', post(['content-length', '0']), null, [SMUGGLED]),
  row('a length shorter than the body', post(['content-length', '4']), null, ['hello']),
  row('a length shorter than the body in two frames', post(['content-length', '4']), null, ['hell', SMUGGLED]),
  row('a length longer than the body', post(['content-length', '50']), null, ['hello']),
  row('a length, and no body', post(['content-length', '5'])),
  row('two lengths', post(['content-length', '5'], ['content-length', '6']), null, ['hello']),
  row('two lengths that are the same', post(['content-length', '5'], ['content-length', '5']), null, ['hello']),
  row('a length in a list', post(['content-length', '5, 5']), null, ['hello']),
  row('a length with a plus', post(['content-length', '+5']), null, ['hello']),
  row('a length in hexadecimal', post(['content-length', '0x5']), null, ['hello']),
  row('a length of nothing but a sign', post(['content-length', '-']), null, ['hello']),
  row('a length with a line end', post(['content-length', '5\r\nX: y']), null, ['hello']),
  row('a length, as it should be', post(['content-length', '5']), 'POST /a hello', ['hello']),
  row('no length', post(), `POST /a ${SMUGGLED}`, [SMUGGLED]),
  row('a GET with a body', fields(), `GET /a ${SMUGGLED}`, [SMUGGLED]),
  row('a body that looks like chunks', post(), `POST /a 0\r\n\r\n${SMUGGLED}`, [`0\r\n\r\n${SMUGGLED}`]),
  row('a body of an empty frame', post(), 'POST /a', ['']),
  row('an Expect that nobody knows', post(['expect', 'x']), null, ['hello']),
]

export const fieldVariants: readonly FieldVariant[] = [...pseudo, ...hosts, ...values, ...framing]

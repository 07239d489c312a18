// Answers of exactly these bytes, as an application gives them that is broken, or that somebody got to write into them. The
// client gets one answer, whole, broken off or refused; what stands behind it is nobody's answer.

import { request } from './variant.ts'

/** What an attacker would have somebody else get. */
export const PLANTED = 'HTTP/1.1 200 OK\r\nX-Seen: planted\r\nSet-Cookie: planted=1\r\nContent-Length: 4\r\n\r\nevil'

export interface Answering {
  /** Default: a GET. A path is `/bad`. */
  readonly asks?: string
  /** Sent when the connection has been idle for a moment. */
  readonly later?: string
  /** The application closes behind it. */
  readonly closes?: boolean
  /** Answered at the request's head, whose body is not read before. */
  readonly early?: boolean
}

/** The status and body that the client gets; `broken` where it is to be seen that the rest is missing. */
export type Gets = `${number}` | `${number} ${string}` | 'broken'

export type AnswerVariant = readonly [sentence: string, answer: string, gets: Gets, how?: Answering]

const answer = (...headers: string[]) => `${['HTTP/1.1 200 OK', ...headers].join('\r\n')}\r\n\r\n`
const good = `${answer('Content-Length: 4')}good`
const chunked = (body: string) => `${answer('Transfer-Encoding: chunked')}${body}`
const head = { asks: request('HEAD /bad') }
const LARGE = request('POST /bad', ['Content-Length: 300000'], 'x'.repeat(300_000))

const lengths: readonly AnswerVariant[] = [
  ['a length, as it should be', good, '200 good'],
  ['two lengths that are the same', `${answer('Content-Length: 4', 'Content-Length: 4')}good`, '502'],
  ['two lengths, the first shorter', `${answer('Content-Length: 2', 'Content-Length: 4')}good`, '502'],
  ['two lengths, the second shorter', `${answer('Content-Length: 4', 'Content-Length: 2')}good`, '502'],
  ['a length in a list', `${answer('Content-Length: 4, 4')}good`, '502'],
  ['a length with a plus', `${answer('Content-Length: +4')}good`, '502'],
  ['a length with a minus', `${answer('Content-Length: -4')}good`, '502'],
  ['a length in hexadecimal', `${answer('Content-Length: 0x4')}good`, '502'],
  ['a length of nothing', `${answer('Content-Length:')}good`, '502'],
  ['a length beyond what a number can hold', `${answer('Content-Length: 18446744073709551620')}good`, '502'],
  ['a space before the colon of a length', `${answer('Content-Length : 4')}good`, '502'],
  ['a length on a folded line', `${answer('Content-Length:\r\n 4')}good`, '502'],
  ['a length that is too long', `${answer('Content-Length: 9')}good`, 'broken', { closes: true }],
  ['a length that is too short, and an answer behind it', `${answer('Content-Length: 4')}good${PLANTED}`, '200 good'],
  ['no length', `${answer()}good`, '200 good', { closes: true }],
  ['no length, and Connection: close', `${answer('Connection: close')}good`, '200 good', { closes: true }],
]

const codings: readonly AnswerVariant[] = [
  ['chunks, as they should be', chunked('4\r\ngood\r\n0\r\n\r\n'), '200 good'],
  [
    'a length, then chunks',
    `${answer('Content-Length: 4', 'Transfer-Encoding: chunked')}4\r\ngood\r\n0\r\n\r\n`,
    '502',
  ],
  [
    'chunks, then a length',
    `${answer('Transfer-Encoding: chunked', 'Content-Length: 4')}4\r\ngood\r\n0\r\n\r\n`,
    '502',
  ],
  [
    'chunks, and a length of nothing',
    `${answer('Transfer-Encoding: chunked', 'Content-Length: 0')}4\r\ngood\r\n0\r\n\r\n`,
    '502',
  ],
  ['a coding on a folded line', `${answer('Transfer-Encoding:\r\n chunked')}4\r\ngood\r\n0\r\n\r\n`, '502'],
  ['a coding behind a bare LF', `${answer('X: y\nTransfer-Encoding: chunked')}4\r\ngood\r\n0\r\n\r\n`, '502'],
  ['a coding with a space before the colon', `${answer('Transfer-Encoding : chunked')}4\r\ngood\r\n0\r\n\r\n`, '502'],
  ['a chunk size that is none', chunked(`z\r\ngood\r\n0\r\n\r\n`), 'broken'],
  ['a chunk size that overflows', chunked(`10000000000000004\r\ngood\r\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['a chunk size with 0x in front', chunked(`0x4\r\ngood\r\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['a bare LF behind a chunk size', chunked(`4\ngood\r\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['a bare LF behind a chunk', chunked(`4\r\ngood\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['a chunk longer than its size', chunked(`2\r\ngood\r\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['no end of the chunks', chunked('4\r\ngood\r\n'), 'broken', { closes: true }],
  ['a bare LF in a chunk extension', chunked(`4;x\n2\r\ngood\r\n0\r\n\r\n${PLANTED}`), 'broken'],
  ['a trailer that is a cookie', chunked('4\r\ngood\r\n0\r\nSet-Cookie: planted=1\r\n\r\n'), '200 good'],
  ['a trailer that is a status line', chunked(`4\r\ngood\r\n0\r\n${PLANTED}`), 'broken'],
]

const heads: readonly AnswerVariant[] = [
  ['a head of bare LFs', 'HTTP/1.1 200 OK\nContent-Length: 4\n\ngood', '502'],
  ['a bare LF behind the status', 'HTTP/1.1 200 OK\nContent-Length: 4\r\n\r\ngood', '502'],
  ['a bare CR behind the status', 'HTTP/1.1 200 OK\rContent-Length: 4\r\n\r\ngood', '502'],
  [
    'a bare LF in Location, and a cookie behind it',
    `${answer('Location: /x\nSet-Cookie: planted=1', 'Content-Length: 4')}good`,
    '502',
  ],
  [
    'a bare CR in Location, and a cookie behind it',
    `${answer('Location: /x\rSet-Cookie: planted=1', 'Content-Length: 4')}good`,
    '502',
  ],
  [
    'a whole answer in Location behind bare LFs',
    `${answer(`Location: /x\n\n${PLANTED.replaceAll('\r\n', '\n')}`, 'Content-Length: 4')}good`,
    '502',
  ],
  [
    'an escaped line end in Location',
    `${answer('Location: /x%0d%0aSet-Cookie:%20planted=1', 'Content-Length: 4')}good`,
    '200 good',
  ],
  [
    'letters whose last bytes are line ends in Location',
    `${answer('Location: /x\xe5\x98\x8d\xe5\x98\x8aSet-Cookie: planted=1', 'Content-Length: 4')}good`,
    '200 good',
  ],
  ['a NUL in a value', `${answer('X: y\0z', 'Content-Length: 4')}good`, '502'],
  ['a name with a space', `${answer('X Y: z', 'Content-Length: 4')}good`, '502'],
  ['a name of bytes beyond ASCII', `${answer('X\xe9: z', 'Content-Length: 4')}good`, '502'],
  ['a line without a colon', `${answer('X', 'Content-Length: 4')}good`, '502'],
  ['a header that is folded', `${answer('X: y\r\n Set-Cookie: planted=1', 'Content-Length: 4')}good`, '502'],
  ['no head at all (HTTP/0.9)', 'good', '502', { closes: true }],
  ['HTTP/2.0', 'HTTP/2.0 200 OK\r\nContent-Length: 4\r\n\r\ngood', '200 good'],
  ['HTTP/0.9 by name', 'HTTP/0.9 200 OK\r\nContent-Length: 4\r\n\r\ngood', '200 good'],
  ['another protocol', 'ICY 200 OK\r\nContent-Length: 4\r\n\r\ngood', '502'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\ngood', '200 good'],
  ['HTTP/1.0 with chunks', `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n`, '200 good'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 4\r\n\r\ngood', '502'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 4\r\n\r\ngood', '502'],
  ['two status lines', `HTTP/1.1 200 OK\r\n${good}`, '502'],
]

const bodiless: readonly AnswerVariant[] = [
  ['to HEAD a length alone', answer('Content-Length: 4'), '200', head],
  ['to HEAD a body that is an answer', `${answer(`Content-Length: ${PLANTED.length}`)}${PLANTED}`, '200', head],
  ['to HEAD chunks', chunked(`4\r\ngood\r\n0\r\n\r\n`), '200', head],
  [
    'to HEAD a body that is an answer, later',
    answer(`Content-Length: ${PLANTED.length}`),
    '200',
    { ...head, later: PLANTED },
  ],
  [
    '204 with a body that is an answer',
    `HTTP/1.1 204 No Content\r\nContent-Length: ${PLANTED.length}\r\n\r\n${PLANTED}`,
    '204',
  ],
  ['204 with chunks', 'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n', '204'],
  [
    '304 with a body that is an answer',
    `HTTP/1.1 304 Not Modified\r\nContent-Length: ${PLANTED.length}\r\n\r\n${PLANTED}`,
    '304',
  ],
  [
    '304 with a body that is an answer, later',
    `HTTP/1.1 304 Not Modified\r\nContent-Length: ${PLANTED.length}\r\n\r\n`,
    '304',
    { later: PLANTED },
  ],
  ['304 with chunks', 'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n', '304'],
  ['100, and an answer', `HTTP/1.1 100 Continue\r\n\r\n${good}`, '502'],
  ['103 with a cookie, and an answer', `HTTP/1.1 103 Early Hints\r\nSet-Cookie: planted=1\r\n\r\n${good}`, '200 good'],
  [
    '103 with a length, of which it can have none: what follows is the answer',
    `HTTP/1.1 103 Early Hints\r\nContent-Length: ${PLANTED.length}\r\n\r\n${PLANTED}${good}`,
    '200 evil',
  ],
  [
    '101 that nobody asked for, and an answer',
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n${good}`,
    '502',
  ],
  ['199, and an answer', `HTTP/1.1 199 Odd\r\n\r\n${good}`, '200 good'],
  ['a thousand early hints, and an answer', `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)}${good}`, '200 good'],
]

const queue: readonly AnswerVariant[] = [
  ['an answer behind the answer (CVE-2026-48931)', good + PLANTED, '200 good'],
  ['an answer behind the answer, later', good, '200 good', { later: PLANTED }],
  ['half of an answer behind the answer', good + PLANTED.slice(0, 20), '200 good'],
  ['half of an answer behind the answer, later', good, '200 good', { later: PLANTED.slice(0, 20) }],
  ['a byte behind the answer', `${good}x`, '200 good'],
  ['an empty line behind the answer, and another answer', `${good}\r\n${PLANTED}`, '200 good'],
  ['an empty line, later', good, '200 good', { later: '\r\n' }],
  ['an empty line and an answer, later', good, '200 good', { later: `\r\n\r\n${PLANTED}` }],
  ['100 later', good, '200 good', { later: 'HTTP/1.1 100 Continue\r\n\r\n' }],
  ['103 and an answer, later', good, '200 good', { later: `HTTP/1.1 103 Early Hints\r\n\r\n${PLANTED}` }],
  [
    '408 later, as servers say goodbye',
    good,
    '200 good',
    { later: 'HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' },
  ],
  ['an answer behind chunks', `${chunked('4\r\ngood\r\n0\r\n\r\n')}${PLANTED}`, '200 good'],
  ['an answer behind chunks, later', chunked('4\r\ngood\r\n0\r\n\r\n'), '200 good', { later: PLANTED }],
  ['a length of nothing, and an answer', `${answer('Content-Length: 0')}${PLANTED}`, '200'],
  ['a hundred answers', good + PLANTED.repeat(100), '200 good'],
  ['an answer before the body was read, and nothing more', good, '200 good', { asks: LARGE, early: true }],
  ['an answer before the body was read, and another', good + PLANTED, '200 good', { asks: LARGE, early: true }],
  [
    'a refusal before the body was read',
    'HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n',
    '413',
    { asks: LARGE, early: true, later: PLANTED },
  ],
]

export const answers: readonly AnswerVariant[] = [...lengths, ...codings, ...heads, ...bodiless, ...queue]

// Chunks: their sizes, their ends, what stands beside and behind them.

import { get, request, SMUGGLED, type Variant } from './variant.ts'

const chunked = (rest: string, ...headers: string[]) =>
  request('POST /a', ['Transfer-Encoding: chunked', ...headers], rest)
const broken = ['broken POST /a'] as const
const both = ['POST /a hello', 'GET /b'] as const

const sizes: readonly Variant[] = [
  ['a size with leading zeros', chunked(`000005\r\nhello\r\n0\r\n\r\n${get('/b')}`), both],
  ['a size in capitals', chunked(`A\r\nhelloworld\r\n0\r\n\r\n${get('/b')}`), ['POST /a helloworld', 'GET /b']],
  ['a last chunk of many zeros', chunked(`5\r\nhello\r\n00000\r\n\r\n${get('/b')}`), both],
  ...(
    [
      ['that is none', 'z\r\nhello'],
      ['with 0x in front', '0x5\r\nhello'],
      ['with a plus in front', '+5\r\nhello'],
      ['with a minus in front', '-5\r\nhello'],
      ['with a space in front', ' 5\r\nhello'],
      ['with a tab in front', '\t5\r\nhello'],
      ['with an underscore', '0_5\r\nhello'],
      ['of nothing', '\r\nhello'],
      ['of nothing but an extension', ';x\r\nhello'],
      ['in two words', '5 5\r\nhello'],
      ['with a NUL behind it', '5\0\r\nhello'],
      ['that overflows 64 bits to five', '10000000000000005\r\nhello'],
      ['that overflows 32 bits to five, and is not so long', '100000005\r\nhello'],
      ['of all that 64 bits can hold', 'ffffffffffffffff\r\nhello'],
      ['of twenty digits', 'fffffffffffffffffffff\r\nhello'],
      ['in quotes', '"5"\r\nhello'],
    ] as const
  ).map(([how, chunk]): Variant => [`a size ${how}`, chunked(`${chunk}\r\n0\r\n\r\n${SMUGGLED}`), broken]),
]

const ends: readonly Variant[] = [
  ['a bare LF behind the size', chunked(`5\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a bare LF behind the data', chunked(`5\r\nhello\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a bare CR behind the size', chunked(`5\rhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a bare CR behind the data', chunked(`5\r\nhello\r0\r\n\r\n${SMUGGLED}`), broken],
  ['nothing behind the data', chunked(`5\r\nhello0\r\n\r\n${SMUGGLED}`), broken],
  ['two other bytes behind the data', chunked(`5\r\nhelloXX0\r\n\r\n${SMUGGLED}`), broken],
  ['data that is longer than its size', chunked(`3\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['data that is shorter than its size', chunked(`6\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a bare LF behind the last size', chunked(`5\r\nhello\r\n0\n\r\n${SMUGGLED}`), broken],
  ['bare LFs alone at the end', chunked(`5\r\nhello\r\n0\n\n${SMUGGLED}`), broken],
  ['a bare LF for the last line', chunked(`5\r\nhello\r\n0\r\n\n${SMUGGLED}`), broken],
  ['no last line', chunked(`5\r\nhello\r\n0\r\n${SMUGGLED}`), broken],
  ['an end that never comes', chunked('5\r\nhello\r\n'), broken],
  ['a chunk that never comes', chunked('5\r\nhe'), broken],
  ['an end in front of everything', chunked(`0\r\n\r\n${get('/b')}`), ['POST /a', 'GET /b']],
  [
    'chunks that hold a request',
    chunked(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n${get('/b')}`),
    [`POST /a ${SMUGGLED}`, 'GET /b'],
  ],
]

const extensions: readonly Variant[] = [
  ['an extension', chunked(`5;name=value\r\nhello\r\n0\r\n\r\n${get('/b')}`), both],
  ['an extension without a value', chunked(`5;name\r\nhello\r\n0\r\n\r\n${get('/b')}`), both],
  ['an extension in quotes', chunked(`5;name="a value"\r\nhello\r\n0\r\n\r\n${get('/b')}`), both],
  ['an extension of the last chunk', chunked(`5\r\nhello\r\n0;name=value\r\n\r\n${get('/b')}`), both],
  ['a bare LF in an extension', chunked(`5;x\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a bare CR in an extension', chunked(`5;x\ry\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a line end in a quoted extension', chunked(`5;x="\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a NUL in an extension', chunked(`5;x=\0\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['an extension of a megabyte', chunked(`5;${'x'.repeat(2 ** 20)}\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
  ['a space before an extension', chunked(`5 ;x=y\r\nhello\r\n0\r\n\r\n${SMUGGLED}`), broken],
]

const trailers: readonly Variant[] = [
  ['a trailer', chunked(`5\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n${get('/b')}`), both],
  [
    'a trailer named Content-Length',
    chunked(`5\r\nhello\r\n0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${get('/b')}`),
    broken,
  ],
  [
    'a trailer named Transfer-Encoding',
    chunked(`5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n${get('/b')}`),
    broken,
  ],
  ['a trailer named Host', chunked(`5\r\nhello\r\n0\r\nHost: evil.test\r\n\r\n${get('/b')}`), both],
  ['a trailer named Connection', chunked(`5\r\nhello\r\n0\r\nConnection: close\r\n\r\n${get('/b')}`), broken],
  [
    'a trailer that was announced',
    chunked(`5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n${get('/b')}`, 'Trailer: Content-Length'),
    broken,
  ],
  ['a folded trailer', chunked(`5\r\nhello\r\n0\r\nX: y\r\n z\r\n\r\n${SMUGGLED}`), broken],
  ['a trailer with a space before its colon', chunked(`5\r\nhello\r\n0\r\nX : y\r\n\r\n${SMUGGLED}`), broken],
  ['a trailer with a bare LF', chunked(`5\r\nhello\r\n0\r\nX: y\n\r\n${SMUGGLED}`), broken],
  [
    'a trailer that is a request line',
    chunked(`5\r\nhello\r\n0\r\nGET /v000/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n`),
    broken,
  ],
  [
    'trailers of a megabyte',
    chunked(`5\r\nhello\r\n0\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(1000)}\r\n${SMUGGLED}`),
    broken,
  ],
]

export const chunks: readonly Variant[] = [...sizes, ...ends, ...extensions, ...trailers]

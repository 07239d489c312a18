// Where does the body end? Transfer-Encoding and Content-Length in every spelling that two servers have read differently.

import { get, post, request, SMUGGLED, type Variant } from './variant.ts'

const CHUNKED = '5\r\nhello\r\n0\r\n\r\n'
/** Chunks to one server; to another, that takes the length of 4 for true, the rest is a request. */
const smuggledBehind = (length: number) => `0\r\n\r\n${'x'.repeat(Math.max(0, length - 5))}${SMUGGLED}`

/** A POST of these framing headers, whose body is one chunk, and a request behind it. */
const coded = (...headers: string[]) => request('POST /a', headers, CHUNKED + get('/b'))
const refused = ['400'] as const
const both = ['POST /a hello', 'GET /b'] as const

const codings: readonly Variant[] = [
  ['chunked, as it should be', coded('Transfer-Encoding: chunked'), both],
  ['chunked in capitals', coded('TRANSFER-ENCODING: CHUNKED'), both],
  ['chunked in mixed case', coded('tRANSFER-eNCODING: cHuNkEd'), both],
  ['chunked behind a tab', coded('Transfer-Encoding:\tchunked'), both],
  ['chunked behind many spaces', coded('Transfer-Encoding:      chunked'), both],
  ['chunked without a space', coded('Transfer-Encoding:chunked'), both],
  ['chunked before spaces and a tab', coded('Transfer-Encoding: chunked \t '), ['broken POST /a']],
  ['chunked on a folded line', coded('Transfer-Encoding:\r\n chunked'), refused],
  ['chunked on a line folded by a tab', coded('Transfer-Encoding:\r\n\tchunked'), refused],
  ['chunked folded, and something else first', coded('Transfer-Encoding: identity,\r\n chunked'), refused],
  ['a coding in quotes', coded('Transfer-Encoding: "chunked"'), refused],
  ['a coding in single quotes', coded("Transfer-Encoding: 'chunked'"), refused],
  ['a coding with a parameter', coded('Transfer-Encoding: chunked; q=1'), refused],
  ['a coding with a semicolon behind it', coded('Transfer-Encoding: chunked;'), refused],
  ['xchunked', coded('Transfer-Encoding: xchunked'), refused],
  ['chunkedx', coded('Transfer-Encoding: chunkedx'), refused],
  ['chunk', coded('Transfer-Encoding: chunk'), refused],
  ['chunked in two words', coded('Transfer-Encoding: chunked x'), refused],
  ['identity', coded('Transfer-Encoding: identity'), refused],
  ['chunked, then identity', coded('Transfer-Encoding: chunked, identity'), refused],
  ['identity, then chunked', coded('Transfer-Encoding: identity, chunked'), refused],
  ['gzip, then chunked', coded('Transfer-Encoding: gzip, chunked'), refused],
  ['chunked, then gzip', coded('Transfer-Encoding: chunked, gzip'), refused],
  ['chunked twice in a list', coded('Transfer-Encoding: chunked, chunked'), refused],
  ['chunked on two lines', coded('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), refused],
  [
    'chunked, and identity on a second line',
    coded('Transfer-Encoding: chunked', 'Transfer-Encoding: identity'),
    refused,
  ],
  [
    'identity, and chunked on a second line',
    coded('Transfer-Encoding: identity', 'Transfer-Encoding: chunked'),
    refused,
  ],
  ['chunked, and nonsense on a second line', coded('Transfer-Encoding: chunked', 'Transfer-Encoding: x'), refused],
  ['nonsense, and chunked on a second line', coded('Transfer-Encoding: x', 'Transfer-Encoding: chunked'), refused],
  ['chunked, and nothing on a second line', coded('Transfer-Encoding: chunked', 'Transfer-Encoding:'), refused],
  ['a comma before chunked', coded('Transfer-Encoding: , chunked'), refused],
  ['a comma behind chunked', coded('Transfer-Encoding: chunked,'), refused],
  ['a coding of nothing', coded('Transfer-Encoding:'), refused],
  ['a coding of spaces', coded('Transfer-Encoding:    '), refused],
  ['a vertical tab before chunked', coded('Transfer-Encoding: \x0bchunked'), refused],
  ['a form feed behind chunked', coded('Transfer-Encoding: chunked\x0c'), refused],
  ['a NUL behind chunked', coded('Transfer-Encoding: chunked\0'), refused],
  ['a no-break space before chunked', coded('Transfer-Encoding: \xa0chunked'), refused],
  ['a byte beyond ASCII in chunked', coded('Transfer-Encoding: chun\xabed'), refused],
  ['a bare CR before chunked', coded('Transfer-Encoding: \rchunked'), refused],
  ['a bare LF before chunked', coded('Transfer-Encoding:\nchunked'), refused],
  ['a bare CR in front of the header', coded('X: y\rTransfer-Encoding: chunked'), refused],
  ['a bare LF in front of the header', coded('X: y\nTransfer-Encoding: chunked'), refused],
]

const names: readonly Variant[] = [
  ['a space before the colon', coded('Transfer-Encoding : chunked'), refused],
  ['a tab before the colon', coded('Transfer-Encoding\t: chunked'), refused],
  ['a space in front of the name', coded(' Transfer-Encoding: chunked'), refused],
  ['a space in front of the name, behind another header', coded('X: y', ' Transfer-Encoding: chunked'), refused],
  ['a NUL in the name', coded('Transfer-\0Encoding: chunked'), refused],
  ['a byte beyond ASCII in the name', coded('Transfer-Encoding\xa0: chunked'), refused],
  ['a name in parentheses', coded('(Transfer-Encoding): chunked'), refused],
  ['no colon at all', coded('Transfer-Encoding chunked'), refused],
  ['two colons', coded('Transfer-Encoding:: chunked'), refused],
  ['a comma in the name', coded('Transfer-Encoding,: chunked'), refused],
  ['a header without a name', coded(': chunked'), refused],
]

/** Names that CGI folds into one: to the gateway another header, without a body behind it. */
const aliases: readonly Variant[] = [
  [
    'Transfer_Encoding',
    request('POST /a', ['Transfer_Encoding: chunked', 'Content-Length: 5'], `hello${get('/b')}`),
    both,
  ],
  [
    'Transfer.Encoding',
    request('POST /a', ['Transfer.Encoding: chunked', 'Content-Length: 5'], `hello${get('/b')}`),
    both,
  ],
  ['Content_Length', request('POST /a', ['Content_Length: 0', 'Content-Length: 5'], `hello${get('/b')}`), both],
  [
    'X-Transfer-Encoding',
    request('POST /a', ['X-Transfer-Encoding: chunked', 'Content-Length: 5'], `hello${get('/b')}`),
    both,
  ],
  ['Transfer-Encoding named in Connection', coded('Transfer-Encoding: chunked', 'Connection: Transfer-Encoding'), both],
  [
    'Content-Length named in Connection',
    request('POST /a', ['Content-Length: 5', 'Connection: Content-Length'], `hello${get('/b')}`),
    both,
  ],
  ['Host named in Connection', get('/a', 'Connection: host'), ['GET /a']],
]

const lengths: readonly Variant[] = [
  ['a length, as it should be', post('/a', 'hello') + get('/b'), both],
  ...(
    [
      ['in a list of two', '5, 5'],
      ['in a list without spaces', '5,5'],
      ['in a list of different ones', '5, 6'],
      ['with a plus', '+5'],
      ['with a minus', '-5'],
      ['in hexadecimal', '0x5'],
      ['in exponents', '5e0'],
      ['with a fraction', '5.0'],
      ['in two words', '5 5'],
      ['with an underscore', '0_5'],
      ['in quotes', '"5"'],
      ['of nothing', ''],
      ['of letters', 'five'],
      ['with a semicolon behind it', '5;'],
      ['with a comma behind it', '5,'],
      ['with a comma in front', ',5'],
      ['with a NUL behind it', '5\0'],
      ['with a vertical tab in front', '\x0b5'],
      ['with a no-break space in front', '\xa05'],
      ['with a superscript digit', '\xb2'],
      ['with a bare CR behind it', '5\rX: y'],
      ['with a bare LF behind it', '5\nX: y'],
      ['beyond what a number can hold', '99999999999999999999999999'],
      ['of 2 to the 64th and five', '18446744073709551621'],
      ['on a folded line', '\r\n 5'],
      ['with more digits on a folded line', '5\r\n 0'],
    ] as const
  ).map(
    ([how, length]): Variant => [
      `a length ${how}`,
      request('POST /a', [`Content-Length: ${length}`], `hello${get('/b')}`),
      refused,
    ],
  ),
  ['a length with leading zeros', request('POST /a', ['Content-Length: 0005'], `hello${get('/b')}`), both],
  [
    'a length with leading zeros that would be octal',
    request('POST /a', ['Content-Length: 010'], `helloworld${get('/b')}`),
    ['POST /a helloworld', 'GET /b'],
  ],
  ['a length behind a tab', request('POST /a', ['Content-Length:\t5'], `hello${get('/b')}`), both],
  ['a length before spaces', request('POST /a', ['Content-Length: 5  \t'], `hello${get('/b')}`), both],
  [
    'two lengths that are the same (CVE-2026-1525)',
    request('POST /a', ['Content-Length: 5', 'Content-Length: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'two lengths, the second longer',
    request('POST /a', ['Content-Length: 5', 'Content-Length: 50'], `hello${get('/b')}`),
    refused,
  ],
  [
    'two lengths, the first of nothing',
    request('POST /a', ['Content-Length: 0', 'Content-Length: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'two lengths in different case',
    request('POST /a', ['content-length: 0', 'CONTENT-LENGTH: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'a space before the colon of a length (CVE-2021-22959)',
    request('POST /a', ['Content-Length : 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'a length and one with a space before its colon',
    request('POST /a', ['Content-Length: 5', 'Content-Length : 0'], `hello${get('/b')}`),
    refused,
  ],
]

const lengthAndCoding: readonly Variant[] = [
  [
    'CL.TE: a length to the end, chunks that end before',
    request('POST /a', [`Content-Length: ${5 + SMUGGLED.length}`, 'Transfer-Encoding: chunked'], smuggledBehind(0)),
    refused,
  ],
  [
    'TE.CL: a length shorter than the chunks',
    request(
      'POST /a',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    ),
    refused,
  ],
  [
    'a length of nothing, and chunks',
    request('POST /a', ['Content-Length: 0', 'Transfer-Encoding: chunked'], CHUNKED + get('/b')),
    refused,
  ],
  [
    'chunks, and the length of the chunks',
    request('POST /a', ['Transfer-Encoding: chunked', `Content-Length: ${CHUNKED.length}`], CHUNKED + get('/b')),
    refused,
  ],
  [
    'identity, and a length',
    request('POST /a', ['Transfer-Encoding: identity', 'Content-Length: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'a coding of nothing, and a length',
    request('POST /a', ['Transfer-Encoding:', 'Content-Length: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'xchunked, and a length',
    request('POST /a', ['Transfer-Encoding: xchunked', 'Content-Length: 5'], `hello${get('/b')}`),
    refused,
  ],
  [
    'chunked in a GET, and a length',
    request('GET /a', ['Transfer-Encoding: chunked', 'Content-Length: 5'], smuggledBehind(5)),
    refused,
  ],
  [
    'TE.TE: one coding for each server',
    request('POST /a', ['Transfer-Encoding: chunked', 'Transfer-encoding: cow', 'Content-Length: 4'], CHUNKED),
    refused,
  ],
  [
    'chunked, and two lengths',
    request('POST /a', ['Transfer-Encoding: chunked', 'Content-Length: 5', 'Content-Length: 5'], CHUNKED),
    refused,
  ],
]

export const framing: readonly Variant[] = [...codings, ...names, ...aliases, ...lengths, ...lengthAndCoding]

// A request of exactly these bytes, and what has to become of it: the gateway and every server behind it read the same
// requests out of it, or none.

/** In every variant's paths; replaced by a number of its own, of the same length, so that lengths stay what they are. */
export const PLACE = '/v000'

/**
 * What becomes of it, answer by answer:
 *
 * - `GET /a` or `POST /a body`: forwarded, and answered by the application, which read that body
 * - `400`: refused by the gateway, and not forwarded
 * - `broken POST /a`: forwarded, but the rest of it made no sense or never came; what was answered does not matter
 * - `nothing`: closed without an answer, and not forwarded
 */
export type Expected = string

export type Variant = readonly [sentence: string, bytes: string, expected: readonly Expected[]]

/** A head of a request, and what comes behind it as it is. A path is given without the place. */
export function request(line: string, headers: readonly string[] = [], rest = ''): string {
  const [method, path = '', version = 'HTTP/1.1'] = line.split(' ')
  return `${[`${method} ${PLACE}${path} ${version}`, ...OWN, ...headers].join('\r\n')}\r\n\r\n${rest}`
}

/** By the second, from a peer on this machine, a request may come over plain http (R5). */
const OWN = ['Host: localhost', 'Sec-Fetch-Site: none']

/** The variant of a table under a place of its own. Heads that are written out get the second header too. */
export function placed(bytes: string, place: string): string {
  const own = bytes.includes('Sec-Fetch-Site') ? bytes : bytes.replace(/Host:|Host :/, 'Sec-Fetch-Site: none\r\n$&')
  return own.replaceAll(PLACE, place)
}

export const get = (path: string, ...headers: string[]): string => request(`GET ${path}`, headers)

/** With the body's own length. */
export function post(path: string, body: string, ...headers: string[]): string {
  return request(`POST ${path}`, [...headers, `Content-Length: ${body.length}`], body)
}

/** What an attacker would have another server take for a request of its own. */
export const SMUGGLED = get('/smuggled')

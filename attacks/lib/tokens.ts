/**
 * Naming the next token from a few samples. Every guess is a way to read a token as text around a number; if all samples
 * read that way have the same text and numbers that go up in small steps, then the tokens to come can be written down.
 */

type Reading = { text: string; number: bigint; write(number: bigint): string }
type Guess = { name: string; read(token: string): Reading | undefined }

const guesses: Guess[] = [
  textGuess(
    'a number',
    (token) => token,
    (text) => text,
  ),
  textGuess(
    'a number in base64',
    (token) => decoded(token, 'base64'),
    (text, like) => encoded(text, like),
  ),
  textGuess(
    'a number in hex',
    (token) => decoded(token, 'hex'),
    (text) => Buffer.from(text, 'latin1').toString('hex'),
  ),
  { name: 'a hexadecimal number', read: (token) => hexNumber(token) },
  { name: 'a number in letters', read: (token) => letterNumber(token) },
]

const FARTHEST_STEP = 64n

export type Prediction = { how: string; next: string[] }

/** The tokens that follow the samples, which are in the order of issue; or undefined where none of the guesses fits. */
export function predictNext(samples: string[], count: number): Prediction | undefined {
  for (const { name, read } of guesses) {
    const readings = samples.map(read).filter((reading) => reading !== undefined)
    const last = readings.at(-1)
    if (!last || readings.length < samples.length || readings.some(({ text }) => text !== last.text)) continue
    const steps = readings.slice(1).map(({ number }, i) => number - readings[i]!.number)
    if (steps.length === 0 || steps.some((step) => step < 1n || step > FARTHEST_STEP)) continue
    const next = Array.from({ length: count }, (_, i) => last.write(last.number + BigInt(i + 1)))
    return { how: `${name}, last ${last.number}`, next }
  }
  return undefined
}

/** A number somewhere in a text: the last run of digits counts. */
function textGuess(
  name: string,
  decode: (token: string) => string | undefined,
  encode: (text: string, like: string) => string,
): Guess {
  return {
    name,
    read(token) {
      const [, before, digits, after] = /^([\x20-\x7e]*?)(\d+)(\D*)$/.exec(decode(token) ?? '') ?? []
      if (digits === undefined) return undefined
      const write = (number: bigint) => encode(before + String(number).padStart(digits.length, '0') + after, token)
      return { text: `${before}#${after}`, number: BigInt(digits), write }
    },
  }
}

function hexNumber(token: string): Reading | undefined {
  if (!/^[\da-f]+$/i.test(token)) return undefined
  const write = (number: bigint) => number.toString(16).padStart(token.length, '0')
  return { text: '', number: BigInt(`0x${token}`), write }
}

function letterNumber(token: string): Reading | undefined {
  if (!/^[A-Z]+$/.test(token)) return undefined
  const number = [...token].reduce((sum, char) => sum * 26n + BigInt(char.charCodeAt(0) - 65), 0n)
  const write = (value: bigint) => {
    let text = ''
    for (let rest = value; text.length < token.length; rest /= 26n)
      text = String.fromCharCode(65 + Number(rest % 26n)) + text
    return text
  }
  return { text: '', number, write }
}

function decoded(token: string, encoding: 'base64' | 'hex'): string | undefined {
  if (encoding === 'hex' && !/^([\da-f]{2})+$/i.test(token)) return undefined
  return Buffer.from(token, encoding).toString('latin1')
}

function encoded(text: string, like: string): string {
  return Buffer.from(text, 'latin1').toString(/[+/=]/.test(like) ? 'base64' : 'base64url')
}

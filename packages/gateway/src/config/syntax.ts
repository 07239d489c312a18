// What the errors of the YAML parser mean to somebody who writes a configuration file, by their code.
//
// A harmless one leaves the meaning of the file clear, so that checking goes on and tells the rest as well.

export interface Explanation {
  readonly what: string
  readonly remedy: string
  readonly harmless: boolean
  /** Harmless by itself, but the parser may lose the thread at it. */
  readonly misleads?: boolean
}

/** @param line - the line at which the error stands */
export function explainSyntax(code: string, message: string, line: string): Explanation {
  switch (code) {
    case 'DUPLICATE_KEY':
      return harmless('a key stands twice in the same map', 'keep one of the two')
    case 'TAB_AS_INDENT':
      return { ...harmless('a tab is used for indentation', 'indent with spaces'), misleads: true }
    case 'MULTIPLE_DOCS':
      return harmless('a second YAML document begins', 'remove the line "---": there is one configuration in a file')
    case 'NON_STRING_KEY':
      return fatal('a key is not a word', 'write "key: value"; text that begins with {, [, * or & needs quotes')
    case 'TAG_RESOLVE_FAILED':
      return fatal(`YAML: ${message}`, 'remove the tag, or put the text into quotes')
    case 'BAD_ALIAS':
      return fatal(`the alias *${message} has no anchor`, `put the text into quotes: '*${message}'`)
    case 'BAD_SCALAR_START':
      return fatal(`YAML: ${message}`, 'put the text into quotes')
    case 'BLOCK_AS_IMPLICIT_KEY': {
      const word = /:\s+([\w./-]+):\s*(?:#.*)?$/.exec(line)?.[1]
      if (word !== undefined) {
        const remedy = word === 'memory' ? 'write memory, without the colon' : `put it into quotes: '${word}:'`
        return fatal(`the text ${word}: ends with a colon, which makes it a key`, remedy)
      }
      return fatal(`YAML: ${message}`, nesting)
    }
    case 'MULTILINE_IMPLICIT_KEY':
      return fatal(`YAML: ${message}`, nesting)
    case 'BAD_INDENT':
      return fatal(`YAML: ${message}`, 'close the bracket, or indent this line like the ones it belongs to')
    case 'MISSING_CHAR':
      return message.includes('without - indicator')
        ? fatal('this line is not indented like the ones it belongs to', 'indent it like the lines around it')
        : fatal(`YAML: ${message}`, 'add the missing character')
    default:
      return fatal(`YAML: ${message}`, 'see https://yaml.org/spec/1.2.2/ for the notation')
  }
}

const nesting = 'compare the indentation with the lines around it, and put text that contains ": " into quotes'

const harmless = (what: string, remedy: string): Explanation => ({ what, remedy, harmless: true })
const fatal = (what: string, remedy: string): Explanation => ({ what, remedy, harmless: false })

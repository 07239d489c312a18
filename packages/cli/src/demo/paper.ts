// The page that the story is written on: 80 columns, fewer in a narrow terminal, and colour only where one wants it.

import { stripVTControlCharacters, styleText } from 'node:util'

export type Ink = Parameters<typeof styleText>[0]

const WIDTH = 80

export class Paper {
  /** In columns. */
  readonly width: number
  readonly #out: NodeJS.WritableStream

  constructor(out: NodeJS.WritableStream & { readonly columns?: number }) {
    this.#out = out
    this.width = Math.min(out.columns || WIDTH, WIDTH)
  }

  /** One line, cut where the page ends. What came over the wire cannot move the cursor. */
  line(text = '', ink?: Ink): void {
    this.#out.write(`${this.paint(clipped(printable(text), this.width), ink)}\n`)
  }

  /** A paragraph; its first line begins with `lead`, the others as far in. */
  text(text: string, { lead = '', ink }: { lead?: string; ink?: Ink } = {}): void {
    const hang = ' '.repeat(lead.length)
    wrapped(text, this.width - lead.length).forEach((line, i) => {
      this.line((i === 0 ? lead : hang) + line, ink)
    })
  }

  /** A rule across the page with a word at its left and another at its right, or below where there is no room. */
  rule(stroke: string, left: string, right: string, ink?: Ink): void {
    const line = `${stroke.repeat(2)} ${left} `
    const end = ` ${right} ${stroke.repeat(2)}`
    if (line.length + end.length < this.width) {
      this.line(line.padEnd(this.width - end.length, stroke) + end, ink)
    } else {
      this.line(line.padEnd(this.width, stroke), ink)
      this.text(right, { lead: '   ', ...(ink && { ink }) })
    }
  }

  /** Colours a text where it goes to a terminal that shows colours, and NO_COLOR does not forbid it. */
  paint(text: string, ink?: Ink): string {
    return ink === undefined || text === '' ? text : styleText(ink, text, { stream: this.#out })
  }
}

/** Puts parts one after another on lines of this width; a part that does not fit begins the next line. */
export function flowed(parts: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const joined = `${lines.at(-1)}  ${part}`
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined
    else lines.push(part)
  }
  return lines
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const joined = `${lines.at(-1)} ${word}`
    if (lines.length > 0 && joined.length <= width) lines[lines.length - 1] = joined
    else lines.push(word)
  }
  return lines
}

function clipped(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text
}

function printable(text: string): string {
  return stripVTControlCharacters(text).replace(/[\0-\x1f\x7f-\x9f]/g, ' ')
}

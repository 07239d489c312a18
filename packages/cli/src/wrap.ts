// Text for a terminal of so many columns.

/** Broken between words, of which one in brackets is one; a word that is longer than a line is broken where that ends. */
export function wrapped(text: string, width: number): string {
  const lines: string[] = []
  for (const word of text.split(/(?<=\S) (?![^[\]]*\]$)/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(...(word.match(new RegExp(`.{1,${width}}`, 'g')) ?? ['']))
  }
  return lines.join('\n')
}

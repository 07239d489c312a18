// What is being done, where somebody watches.

/** One line that changes, where somebody watches. */
export function progress(doing: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${doing}`)
}

// "Did you mean": the candidate nearest to a misspelt word, or null where none is near enough to be meant.

/**
 * @example nearest('upstrem', ['hosts', 'upstream']) // 'upstream'
 */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const folded = fold(word)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(folded.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(folded, fold(candidate))
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return (
    best ?? (folded.length < 3 ? null : (candidates.find((candidate) => fold(candidate).startsWith(folded)) ?? null))
  )
}

/** `trusted-proxies` and `trusted_proxies` are as near to `trustedProxies` as they look. */
const fold = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '').slice(0, 64)

/** Damerau and Levenshtein's, in the form where two neighbours swap places in one step. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let distance = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, rows[i - 2]![j - 2]! + 1)
      }
      row.push(distance)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

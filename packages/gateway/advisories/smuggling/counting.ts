// Whether two have counted the same requests.

/**
 * What one side has and the other has not, as sentences; empty where they agree. In what order requests of several
 * connections came in, nobody can say.
 *
 * @param cut - requests that were broken off: the server may have seen them, or not
 */
export function differences(
  forwarded: readonly string[],
  counted: readonly string[],
  cut: ReadonlySet<string> = new Set(),
): string[] {
  const [sent, read] = [tally(forwarded), tally(counted)]
  const problems: string[] = []
  for (const request of new Set([...sent.keys(), ...read.keys()])) {
    const [ours, theirs] = [sent.get(request) ?? 0, read.get(request) ?? 0]
    if (ours === theirs || (theirs < ours && cut.has(request))) continue
    problems.push(`${JSON.stringify(request)}: ${ours} forwarded, ${theirs} counted`)
  }
  return problems
}

function tally(requests: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const request of requests) counts.set(request, (counts.get(request) ?? 0) + 1)
  return counts
}

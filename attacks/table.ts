/** The table of attacks and verdicts, for a terminal of 120 columns. */
import type { Result } from './play.ts'
import type { Scenario } from './scenario.ts'

const WIDTH = 120

/**
 * One row an attack, one column a scenario; then what does not apply, and why; then what was seen, line by line. Without
 * `evidence` that is said only where the verdict should be another.
 */
export function table(results: Result[], { evidence = true } = {}): string {
  const attacks = [...new Set(results.map(({ attack }) => attack.name))]
  const columns = [...new Set(results.map(({ scenario }) => scenario))]
  const rows = attacks.map((attack) => [attack, ...columns.map((column) => cell(find(results, attack, column)))])
  const head = ['attack', ...columns.map(({ name, head = name }) => head)]
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: string[]) =>
    cells
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  const lines = [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line), '']
  lines.push(
    ...columns.map((column) => summary(column, results)),
    ...columns.flatMap((column) => gaps(column, results)),
  )
  const seen = results.filter(({ asExpected }) => evidence || !asExpected)
  if (seen.length > 0) lines.push('', ...seen.flatMap(explain))
  return `${lines.flatMap(wrap).join('\n')}\n`
}

function find(results: Result[], attack: string, column: Scenario): Result | undefined {
  return results.find((result) => result.attack.name === attack && result.scenario === column)
}

/** A verdict that should not be is marked, so that it is found without knowing what to expect. */
function cell(result: Result | undefined): string {
  if (!result?.report) return '–'
  return result.asExpected ? result.report.verdict : `${result.report.verdict}  ← !`
}

function summary(scenario: Scenario, results: Result[]): string {
  const tried = results.filter((result) => result.scenario === scenario && result.report)
  const good = tried.filter(({ asExpected }) => asExpected)
  if (tried.length === 0) return `${scenario.name}: not tried`
  return `${scenario.name}: ${good.length} of ${tried.length} ${scenario.expect}, as they should`
}

/** Where every attack has one reason, the reason is the site's and is said once. */
function gaps(scenario: Scenario, results: Result[]): string[] {
  const own = results.filter((result) => result.scenario === scenario)
  const missed = own.filter((result) => result.why !== undefined)
  const reasons = new Set(missed.map(({ why }) => why))
  const head = `– ${scenario.name}:`
  if (missed.length === own.length && reasons.size === 1) return ['', `${head} ${[...reasons].join()}`]
  const lines = missed.map(({ attack, why }) => `    ${attack.name}: ${why}`)
  return lines.length > 0 ? ['', `${head} does not apply`, ...lines] : []
}

function explain({ attack, scenario, report }: Result): string[] {
  if (!report) return []
  const notes = (report.notes ?? []).map((note) => `      ${note}`)
  return [`${attack.name} · ${scenario.name}: ${report.verdict}`, `  ${report.evidence}`, ...notes]
}

/** At spaces, with the line's own indent and two more. What has none to break at stays as it is. */
function wrap(line: string): string[] {
  if (line.length <= WIDTH) return [line]
  const indent = ' '.repeat(line.search(/\S/) + 2)
  const end = line.lastIndexOf(' ', WIDTH)
  return end < indent.length ? [line] : [line.slice(0, end), ...wrap(indent + line.slice(end + 1))]
}

/** The table of attacks and verdicts, for a terminal. */
import type { Result } from './play.ts'

/** One row an attack, one column a scenario; then what was seen, line by line. */
export function table(results: Result[], { evidence = true } = {}): string {
  const attacks = [...new Set(results.map(({ attack }) => attack.name))]
  const columns = [...new Set(results.map(({ scenario }) => scenario.name))]
  const rows = attacks.map((attack) => [attack, ...columns.map((column) => cell(find(results, attack, column)))])
  const head = ['attack', ...columns]
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: string[]) =>
    cells
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd()
  const lines = [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line), '', summary(results)]
  if (evidence) lines.push('', ...results.flatMap(explain))
  return `${lines.join('\n')}\n`
}

function find(results: Result[], attack: string, column: string): Result | undefined {
  return results.find((result) => result.attack.name === attack && result.scenario.name === column)
}

/** A verdict that should not be is marked, so that it is found without knowing what to expect. */
function cell(result: Result | undefined): string {
  if (!result?.report) return '–'
  return result.asExpected ? result.report.verdict : `${result.report.verdict}  ← !`
}

function summary(results: Result[]): string {
  const columns = [...new Set(results.map(({ scenario }) => scenario))]
  const counts = columns.map((scenario) => {
    const tried = results.filter((result) => result.scenario === scenario && result.report)
    const good = tried.filter(({ asExpected }) => asExpected)
    return `${scenario.name}: ${good.length} of ${tried.length} ${scenario.expect}, as they should`
  })
  return counts.join('\n')
}

function explain({ attack, scenario, report }: Result): string[] {
  if (!report) return []
  const notes = (report.notes ?? []).map((note) => `      ${note}`)
  return [`${attack.name} · ${scenario.name}: ${report.verdict}`, `  ${report.evidence}`, ...notes]
}

/** Runs attacks on scenarios, and judges what came of them. */
import type { Attack, Report } from './attack.ts'
import type { Running, Scenario } from './scenario.ts'

/** Without a report it was not tried, and `why` says why not. */
export type Result = { attack: Attack; scenario: Scenario; asExpected: boolean } & (
  | { report: Report; why?: undefined }
  | { report?: undefined; why: string }
)

export async function play(attack: Attack, scenario: Scenario): Promise<Result> {
  let target: Running
  try {
    const why = (await scenario.missing?.()) ?? scenario.notApplicable?.[attack.name]
    if (why !== undefined) return { attack, scenario, why, asExpected: true }
    target = await scenario.start(attack)
  } catch (error) {
    const evidence = `it could not be started: ${(error as Error).message}`
    return { attack, scenario, report: { attack: attack.name, verdict: 'undecided', evidence }, asExpected: false }
  }
  try {
    const lacking = attack.needs.filter((part) => target[part] === undefined)
    if (lacking.length > 0) {
      return { attack, scenario, why: `nothing is known of its ${lacking.join(', ')}`, asExpected: true }
    }
    const report = await attack.run(target)
    return { attack, scenario, report, asExpected: report.verdict === scenario.expect }
  } finally {
    await target.close()
  }
}

/** All on all, `atOnce` at a time, in the order attack by attack. */
export async function playAll(
  attacks: readonly Attack[],
  scenarios: readonly Scenario[],
  atOnce = 4,
): Promise<Result[]> {
  const games = attacks.flatMap((attack) => scenarios.map((scenario) => ({ attack, scenario })))
  const results: Result[] = []
  const next = games.entries()
  const worker = async () => {
    for (const [i, { attack, scenario }] of next) results[i] = await play(attack, scenario)
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
  } finally {
    await Promise.all(scenarios.map((scenario) => scenario.close?.()))
  }
  return results
}

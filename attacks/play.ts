/** Runs attacks on scenarios, and judges what came of them. */
import type { Attack, Report } from './attack.ts'
import type { Scenario } from './scenario.ts'

/** `undefined`: the scenario's site lacks what the attack needs, so it does not apply there. */
export type Result = { attack: Attack; scenario: Scenario; report: Report | undefined; asExpected: boolean }

export async function play(attack: Attack, scenario: Scenario): Promise<Result> {
  const target = await scenario.start(attack)
  try {
    const applies = attack.needs.every((part) => target[part] !== undefined)
    const report = applies ? await attack.run(target) : undefined
    return { attack, scenario, report, asExpected: !report || report.verdict === scenario.expect }
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
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}

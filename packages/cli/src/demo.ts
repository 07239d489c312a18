// `coatcheck demo`: the five failures, played against the leaky shop and against the same shop behind coatcheck.
//
// The shop and the attackers are not in the published package (examples/, attacks/). What needs them is in demo/ alone,
// and is loaded by an address that a compiler does not follow.

import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'

export const FAILURES: readonly string[] = ['F1', 'F2', 'F3', 'F4', 'F5']

export interface DemoOptions {
  /** Which acts; default: all of them, in their order. */
  readonly only?: readonly string[] | undefined
  /** Where the reader sits who says when to go on; none: nobody is waited for. */
  readonly terminal?: NodeJS.ReadStream | undefined
  readonly output: NodeJS.WritableStream
}

/** Resolves to the exit code: 0 where everything came out as told. */
export type PlayDemo = (options: DemoOptions) => Promise<number>

export function demoCommand(): Command {
  return new Command('demo')
    .description('watch the five failures happen to a small shop, and not behind coatcheck (in a checkout)')
    .option('--yes', 'run through; without it, and at a terminal, each step waits for Enter')
    .option('--only <acts>', 'one act or some: F1 to F5, as F2 or F3,F4', failures)
    .addHelpText('after', HELP)
    .action(async ({ yes, only }: { yes?: true; only?: string[] }) => {
      const play = await loadPlay()
      const attended = yes !== true && process.stdin.isTTY && process.stdout.isTTY
      process.once('SIGINT', () => process.exit(130))
      process.exitCode = await play({
        only,
        output: process.stdout,
        terminal: attended ? process.stdin : undefined,
      })
    })
}

const HELP = `
The acts, each after the document that told of the failure:
  F1 clear     one cookie serves http and https, and somebody listens on http
  F2 cached    a cache hands alice's cookie to bob: the nine steps of KB 263730
  F3 fixed     somebody planted the cookie that alice then signs in with
  F4 replayed  the cookie works after sign-out, and the known remedy revives it
  F5 exposed   the cookie is guessed, read by a script, found in a copied store

Each is played twice, step by step: against the shop in examples/leaky, then
against the same shop behind coatcheck. Both run on this machine, on free ports,
and are gone afterwards. Nothing is canned: what you read was on the wire in
this run, and where it goes otherwise than it should, the demo says so.

Exit codes: 0 as told, 1 not as told, 2 used wrongly, 130 interrupted.

Examples:
  coatcheck demo               at your own pace
  coatcheck demo --yes         all of it, in a few seconds
  coatcheck demo --only F4     one act`

function failures(value: string): string[] {
  const asked = value.toUpperCase().split(',')
  const unknown = asked.find((one) => !FAILURES.includes(one))
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no act "${unknown}": they are ${FAILURES.join(', ')}.`)
  return asked
}

/** @throws an Error that says what is missing, where this file is not in a checkout */
export async function loadPlay(here = import.meta.url): Promise<PlayDemo> {
  const address = new URL('./demo/play.ts', here)
  const shop = new URL('../../../examples/leaky/shop.ts', here)
  if (!existsSync(address) || !existsSync(shop)) {
    throw new Error(
      'the demo needs a checkout of coatcheck: the shop and the attackers that play in it (examples/, attacks/)\n' +
        'are not in the published package. In a checkout: npm ci && npx coatcheck demo',
    )
  }
  return ((await import(address.href)) as { play: PlayDemo }).play
}

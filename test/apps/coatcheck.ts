/** The gateway in front of a product, by its preset and nothing else, and what an operator can see of it. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { administer, type GatewayEvent, loadConfig, startGateway } from '@coatcheck/gateway'
import type { Product } from './product.ts'

const run = promisify(execFile)
const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/coatcheck.js', import.meta.url))

export interface Coatcheck {
  /** `http://localhost:PORT`, a name that browsers trust as they trust https. */
  readonly url: string
  readonly events: readonly GatewayEvent[]
  /** What `coatcheck sessions list USER` prints. */
  sessionsOf(user: string): Promise<string>
  /** The same, without the command, which takes a second. */
  countOf(user: string): Promise<number>
  close(): Promise<void>
}

export async function startCoatcheck(
  upstream: string,
  { preset, ...rules }: Pick<Product, 'preset' | 'login' | 'logout' | 'idParameters'>,
): Promise<Coatcheck> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-apps-'))
  const file = join(folder, 'coatcheck.yaml')
  const lines = [
    'listen: [http://localhost:0]',
    'store: sqlite:./coatcheck.db',
    'sites:',
    `  - upstream: ${upstream}`,
    `    preset: ${preset}`,
    ...(['login', 'logout', 'idParameters'] as const).flatMap((key) =>
      rules[key] === undefined ? [] : [`    ${key}: ${rules[key]}`],
    ),
  ]
  await writeFile(file, `${lines.join('\n')}\n`)
  const events: GatewayEvent[] = []
  const config = await loadConfig(file)
  const gateway = await startGateway(config, { report: (event) => events.push(event) })
  return {
    url: `http://localhost:${gateway.listeners[0]!.port}`,
    events,
    sessionsOf: async (user) =>
      (await run(process.execPath, [COMMAND, 'sessions', 'list', user, '--config', file])).stdout,
    async countOf(user) {
      await using sessions = administer(config)
      return (await sessions.list(user)).length
    },
    async close() {
      await gateway.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Who was signed in, in order. */
export function signedIn(events: readonly GatewayEvent[]): string[] {
  return events.flatMap((one) => (one.type === 'session' && one.event.type === 'signed-in' ? [one.event.user] : []))
}

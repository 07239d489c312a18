/**
 * Real servers for tests: where they are, or why not.
 *
 * A test without its server is skipped with the reason, on a developer's machine. Under `COATCHECK_REQUIRE_SERVERS=1`,
 * as in CI, it fails: nobody reads the skipped lines of a green run.
 */
import { type Found, findServer } from './find.ts'
import { cannotInstall, install, thisMachine } from './install.ts'
import { programs, type ServerName } from './programs.ts'

export type { Found, ServerName }

const asked = new Map<ServerName, Promise<Found>>()

/**
 * Where the program is: named by its variable, else on PATH or in /usr/sbin, else installed where the tests may.
 *
 * @example
 * const nginx = await server('nginx')
 * if ('path' in nginx) spawn(nginx.path, ['-v'])
 */
export function server(name: ServerName): Promise<Found> {
  const answer = asked.get(name) ?? look(name)
  asked.set(name, answer)
  return answer
}

/**
 * The program's path, or `undefined` after the test was skipped: return then.
 *
 * @example
 * test('through nginx', async (t) => {
 *   const nginx = await requireServer(t, 'nginx')
 *   if (nginx === undefined) return
 * })
 */
export async function requireServer(t: { skip(reason: string): void }, name: ServerName): Promise<string | undefined> {
  const found = await server(name)
  if ('path' in found) return found.path
  if (serversAreRequired()) throw new Error(found.missing)
  t.skip(found.missing)
  return undefined
}

/**
 * The paths of all, and what to give to `describe` or `test` as `skip`.
 *
 * @example
 * const { skip, paths } = await requireServers('nginx', 'openssl')
 * describe('through nginx', { skip }, () => { ... })
 */
export async function requireServers<Name extends ServerName>(
  ...names: Name[]
): Promise<{ skip: string | false; paths: Record<Name, string> }> {
  const paths: Partial<Record<Name, string>> = {}
  const missing: string[] = []
  for (const name of names) {
    const found = await server(name)
    if ('path' in found) paths[name] = found.path
    else missing.push(found.missing)
  }
  if (missing.length > 0 && serversAreRequired()) throw new Error(missing.join('\n'))
  return { skip: missing.length > 0 && missing.join('\n'), paths: paths as Record<Name, string> }
}

async function look(name: ServerName): Promise<Found> {
  const found = findServer(name)
  // A variable that points to nothing is a mistake to be told, not a wish for another program.
  if ('path' in found || process.env[programs[name].variable]) return found
  const obstacle = cannotInstall(thisMachine, process.env)
  if (obstacle !== undefined) return { missing: `${found.missing} (${obstacle})` }
  const outcome = await install(programs[name].package)
  return outcome.installed ? findServer(name) : { missing: `${found.missing}. ${outcome.reason}` }
}

function serversAreRequired(): boolean {
  return process.env.COATCHECK_REQUIRE_SERVERS === '1'
}

/**
 * Installing a Debian package for a test, without a service of it coming up.
 *
 * Test files run in processes of their own and may want packages at the same moment: `flock` lets one install after
 * another, and is released however its holder ends. Debian asks `policy-rc.d` before a package's service is started
 * (invoke-rc.d(8)); while we install, one stands there that says no. A policy that the machine has already is left
 * alone: its owner knows better.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Machine = {
  debian: boolean
  root: boolean
  path: string
  lockFile: string
  policyFile: string
}

export const thisMachine: Machine = {
  debian: existsSync('/etc/debian_version'),
  root: process.getuid?.() === 0,
  path: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`,
  lockFile: '/var/cache/apt/coatcheck-tests.lock',
  policyFile: '/usr/sbin/policy-rc.d',
}

export type Installed = { installed: true } | { installed: false; reason: string }

/** The package lists are read anew only where they do not do: in a fresh container there are none. */
const SCRIPT = `
set -eu
package=$1 policy=$2 mark='# stands here while a test of coatcheck installs a server'
if [ ! -e "$policy" ] || grep -qF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\n%s\\nexit 101\\n' "$mark" > "$policy"
  chmod 755 "$policy"
fi
get() { apt-get -q -y -o DPkg::Lock::Timeout=300 "$@"; }
add() { get install --no-install-recommends "$package"; }
add || { get update && add; }
`

/** In seconds: someone else may be installing a browser. */
const PATIENCE = 900

/** Why nothing can be installed on this machine, or `undefined` where it can. */
export function cannotInstall(machine: Machine, env: Record<string, string | undefined>): string | undefined {
  if (env.COATCHECK_INSTALL_SERVERS === '0') return 'COATCHECK_INSTALL_SERVERS=0'
  if (!machine.debian) return 'only on Debian do the tests install it themselves'
  if (!machine.root) return 'only as root do the tests install it themselves'
  return undefined
}

export async function install(debianPackage: string, machine: Machine = thisMachine): Promise<Installed> {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-install-'))
  const logFile = join(folder, 'log')
  // A file, not a pipe: the test may be killed, and dpkg is not to be stopped half-way by a broken pipe.
  const log = openSync(logFile, 'a')
  const script = ['sh', '-c', SCRIPT, 'install', debianPackage, machine.policyFile]
  const child = spawn('flock', ['-w', `${PATIENCE}`, machine.lockFile, ...script], {
    env: { PATH: machine.path, LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', log, log],
  })
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code) => resolve(code === 0 ? undefined : `ended with code ${code}`))
  })
  closeSync(log)
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-5).join('\n')
  await rm(folder, { recursive: true, force: true })
  if (ended === undefined) return { installed: true }
  return { installed: false, reason: `installing ${debianPackage} ${ended}:\n${lines}` }
}

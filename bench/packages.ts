// The bench's own packages: those of the peers, which the project itself has no use for.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = import.meta.dirname

/** Whether they are there, in the versions that package.json names. */
export function arePackagesInstalled(): boolean {
  const wanted: Record<string, string> = manifest(FOLDER)?.dependencies ?? {}
  return Object.entries(wanted).every(
    ([name, version]) => manifest(join(FOLDER, 'node_modules', name))?.version === version,
  )
}

/** @throws an Error that says what to run */
export function installPackages(): void {
  const { status } = spawnSync('npm', ['ci', '--prefix', FOLDER], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('the packages of the bench could not be installed; try npm ci --prefix bench')
}

/** The version of one that is installed. */
export function versionOf(name: string): string {
  return manifest(join(FOLDER, 'node_modules', name))?.version ?? ''
}

function manifest(folder: string): { version?: string; dependencies?: Record<string, string> } | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return null
  }
}

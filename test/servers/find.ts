/** Finding a program on this machine: its variable, then PATH, then where servers live. Nothing is installed here. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { programs, type ServerName, type ServerProgram } from './programs.ts'

export type Found = { path: string } | { missing: string }

type Environment = Record<string, string | undefined>

export function findServer(name: ServerName, env: Environment = process.env): Found {
  const { names, variable, package: debian, file }: ServerProgram = programs[name]
  const named = env[variable]
  if (file !== undefined) {
    if (existsSync(named || file)) return { path: named || file }
    if (named) return { missing: `${variable}=${named} is not there` }
    return { missing: `${name} is not here: install it (Debian: ${debian}), or name it in ${variable}` }
  }
  if (named) {
    // Whoever names a program means that one: another in its place would make the test say something else.
    return isExecutable(named) ? { path: named } : { missing: `${variable}=${named} is not a program that can be run` }
  }
  for (const folder of folders(env)) {
    for (const each of names) {
      const path = join(folder, each)
      if (isExecutable(path)) return { path }
    }
  }
  return { missing: `${name} is not here: install it (Debian: ${debian}), or name it in ${variable}` }
}

/** A user's PATH leaves out the folders of servers; Debian keeps Tomcat's and PostgreSQL's own programs apart. */
function folders(env: Environment): string[] {
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return [
    ...path,
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/share/tomcat10/bin',
    ...postgresFolders('/usr/lib/postgresql'),
  ]
}

function postgresFolders(root: string): string[] {
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

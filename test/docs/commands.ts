// Whether a command that a document names can be given: its script, its subcommand, its flags exist.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { program } from '../../packages/cli/src/main.ts'
import { root } from './tables.ts'

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}

/** What is wrong with a command line; null where nothing is. */
export function problemOf(line: string): string | null {
  const words = wordsOf(line)
  const [first, second, ...rest] = words
  if (first === 'npm') {
    if (second === 'ci' || second === 'install') return null
    if (second === 'run') return scriptProblem(rest[0], rest.slice(1))
    return second === 'test' || second === 'start' ? scriptProblem(second, rest) : `npm ${second} is not known here`
  }
  if (first !== 'npx') return `it begins with ${first}: name an npm script or npx`
  if (second === 'coatcheck') return subcommandProblem(program(), rest)
  // `npx node` is the pinned Node; what follows its flags are files.
  if (second === 'node')
    return (
      rest
        .filter((word) => !word.startsWith('-'))
        .map(fileProblem)
        .find(Boolean) ?? null
    )
  return existsSync(join(root, 'node_modules/.bin', second ?? '')) ? null : `there is no ${second}`
}

function scriptProblem(name = '', [separator, ...flags]: readonly string[]): string | null {
  const script = scripts[name]
  if (script === undefined) return `package.json has no script ${name}`
  if (separator !== undefined && separator !== '--') return 'flags of a script stand behind --'
  if (name === 'start') return subcommandProblem(program(), ['serve', ...flags])
  const file = /\S+\.ts\b/.exec(script)?.[0]
  for (const [i, flag] of flags.entries()) {
    if (!flag.startsWith('--')) continue
    if (file === undefined || !readFileSync(join(root, file), 'utf8').includes(flag)) return `${name} has no ${flag}`
    if (name === 'attacks' && flag === '--only') {
      const wanted = flags[i + 1] ?? ''
      if (!attackNames().some((attack) => attack.includes(wanted))) return `no attack has "${wanted}" in its name`
    }
  }
  return null
}

function subcommandProblem(command: Command, words: readonly string[]): string | null {
  const [word, ...rest] = words
  if (word === undefined) return null
  const inner = command.commands.find((candidate) => candidate.name() === word)
  if (inner !== undefined) return subcommandProblem(inner, rest)
  if (command.commands.length > 0) return `coatcheck has no ${word}`
  const unknown = words.find(
    (flag) => flag.startsWith('--') && flag !== '--help' && !command.options.some(({ long }) => long === flag),
  )
  return unknown === undefined ? null : `coatcheck ${command.name()} has no ${unknown}`
}

function fileProblem(path: string): string | null {
  return existsSync(join(root, path)) ? null : `${path} does not exist`
}

/** Read, not imported: the attacks' names are all that is wanted of them. */
export function attackNames(): string[] {
  return readdirSync(join(root, 'attacks'))
    .filter((file) => /^f\d-.*\.ts$/.test(file))
    .flatMap(
      (file) => /defineAttack\(\s*(['"])(.*?)\1,/.exec(readFileSync(join(root, 'attacks', file), 'utf8'))?.[2] ?? [],
    )
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare!)
}

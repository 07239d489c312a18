// Are the rules alive? Each patch in this folder breaks one rule (its name says which). It is applied to a copy of the
// project, the tests that it names are run, and at least one test that names the rule must go red.
//
// A patch begins with lines of its own, before the diff:
//   # breaks: what it does to the rule, in a sentence
//   # tests: the test files to run, separated by spaces
//
//   npm run test:rules            all of them
//   npm run test:rules -- E1 R3   these

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { styleText } from 'node:util'

const RULES = [
  ...Array.from({ length: 12 }, (_, i) => `E${i + 1}`),
  ...Array.from({ length: 8 }, (_, i) => `R${i + 1}`),
  'G2',
  'G3',
]
const root = join(import.meta.dirname, '../..')
const wanted = process.argv.slice(2)

interface Patch {
  readonly rule: string
  readonly file: string
  readonly breaks: string
  readonly tests: readonly string[]
}

const patches = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.patch'))
  .map(readPatch)
  .filter(({ rule }) => wanted.length === 0 || wanted.includes(rule))
  .sort((a, b) => RULES.indexOf(a.rule) - RULES.indexOf(b.rule))

const copy = mkdtempSync(join(tmpdir(), 'coatcheck-rules-'))
let failed = 0
try {
  copyProject(copy)
  for (const patch of patches) {
    const problem = dead(patch)
    if (problem !== null) failed++
    const verdict = problem === null ? styleText('green', 'alive') : styleText('red', 'DEAD ')
    console.log(`${verdict}  ${patch.rule.padEnd(4)} ${patch.breaks}${problem === null ? '' : `\n       ${problem}`}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
const missing = (wanted.length === 0 ? RULES : wanted).filter((rule) => !patches.some((patch) => patch.rule === rule))
for (const rule of missing) console.log(`${styleText('red', 'DEAD ')}  ${rule.padEnd(4)} no patch breaks it`)
console.log(`\n${patches.length - failed} passed, ${failed + missing.length} failed`)
process.exitCode = failed + missing.length === 0 ? 0 : 1

function readPatch(name: string): Patch {
  const file = join(import.meta.dirname, name)
  const text = readFileSync(file, 'utf8')
  const [, rule] = /^([A-Z]\d+)(?:-.*)?\.patch$/.exec(name) ?? []
  const breaks = /^# breaks: (.+)$/m.exec(text)?.[1]
  const tests = /^# tests: (.+)$/m.exec(text)?.[1]?.split(' ')
  if (rule === undefined || breaks === undefined || tests === undefined) {
    throw new Error(`${name} needs a rule for a name, and the lines "# breaks: …" and "# tests: …"`)
  }
  return { rule, file, breaks, tests }
}

/** Why no test noticed; null where one did. */
function dead({ rule, file, tests }: Patch): string | null {
  const applied = spawnSync('git', ['apply', '--whitespace=nowarn', file], { cwd: copy, encoding: 'utf8' })
  if (applied.status !== 0) return `the patch does not apply any more: ${applied.stderr.trim()}`
  try {
    const run = spawnSync(
      process.execPath,
      ['--test', '--test-reporter=tap', `--test-name-pattern=/\\b${rule}\\b/`, ...tests],
      { cwd: copy, encoding: 'utf8', timeout: 120_000 },
    )
    const red = run.stdout.split('\n').some((line) => new RegExp(`^\\s*not ok \\d+ - .*\\b${rule}\\b`).test(line))
    if (red) return null
    const ran = /^# tests (\d+)$/m.exec(run.stdout)?.[1] ?? '0'
    return `${ran} tests that name ${rule} ran in ${tests.join(', ')}, and none went red`
  } finally {
    execFileSync('git', ['apply', '--whitespace=nowarn', '--reverse', file], { cwd: copy })
  }
}

/** What git knows and what is new, with the installed packages, but the workspaces' own links leading into the copy. */
function copyProject(to: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of files.split('\0').filter(Boolean)) {
    mkdirSync(join(to, dirname(file)), { recursive: true })
    cpSync(join(root, file), join(to, file))
  }
  const modules = join(to, 'node_modules')
  mkdirSync(join(modules, '@coatcheck'), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== '@coatcheck' && name !== 'coatcheck')
      symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  for (const name of readdirSync(join(to, 'packages'))) {
    symlinkSync(
      join(to, 'packages', name),
      name === 'cli' ? join(modules, 'coatcheck') : join(modules, '@coatcheck', name),
    )
  }
}

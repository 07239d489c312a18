// Are the rules alive? Each patch in this folder breaks a rule, or one clause of it (`E5-idle.patch`). It is applied to a
// copy of the project, the tests that it names are run, and at least one test that names the rule must go red: by what
// it finds, not because it was cut short. Without the patch the same tests must be green.
//
// A patch begins with lines of its own, before the diff:
//   # breaks: what it does to the rule, in a sentence
//   # tests: the test files to run, separated by spaces
//
//   npm run test:rules                    all of them
//   npm run test:rules -- E1 R3 E5-idle   these

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { styleText } from 'node:util'

const RULES = [
  ...Array.from({ length: 12 }, (_, i) => `E${i + 1}`),
  ...Array.from({ length: 8 }, (_, i) => `R${i + 1}`),
  'G1',
  'G2',
  'G3',
  'G6',
  'G8',
]
/** Milliseconds: for one test, and for all that run for one patch. */
const PATIENCE = { test: 15_000, run: 45_000 }
const root = join(import.meta.dirname, '../..')
const wanted = process.argv.slice(2)

interface Patch {
  /** The rule, and the clause where it breaks but one: `E5-idle`. */
  readonly name: string
  readonly rule: string
  readonly file: string
  readonly breaks: string
  readonly tests: readonly string[]
}

/** Of the tests that name a rule: how many ran, and the titles of those that failed. */
interface Run {
  readonly ran: number
  readonly red: readonly string[]
  /** Cut short, by us or by node:test: says nothing about a rule. */
  readonly unfinished: readonly string[]
}

type Verdict =
  | { readonly alive: true; readonly red: readonly string[] }
  | { readonly alive: false; readonly why: string }

const started = performance.now()
const patches = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.patch'))
  .map(readPatch)
  .filter(({ name, rule }) => wanted.length === 0 || wanted.includes(rule) || wanted.includes(name))
  .sort((a, b) => RULES.indexOf(a.rule) - RULES.indexOf(b.rule) || (a.name < b.name ? -1 : 1))
const width = Math.max(...patches.map(({ name }) => name.length), 3)

const copies = Array.from({ length: Math.min(4, availableParallelism()) }, () =>
  mkdtempSync(join(tmpdir(), 'coatcheck-rules-')),
)
const verdicts: Verdict[] = []
const unpatched = new Map<string, Promise<Run>>()
let printed = 0
try {
  for (const copy of copies) copyProject(copy)
  const queue = patches.entries()
  await Promise.all(copies.map((copy) => work(copy, queue)))
} finally {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true })
}
const missing = (wanted.length === 0 ? RULES : wanted).filter(
  (each) => !patches.some(({ name, rule }) => rule === each || name === each),
)
for (const each of missing) print(each, { alive: false, why: '' }, 'no patch breaks it')
const failed = verdicts.filter(({ alive }) => !alive).length + missing.length
const seconds = Math.round((performance.now() - started) / 1000)
console.log(`\n${patches.length + missing.length - failed} passed, ${failed} failed, in ${seconds} s`)
process.exitCode = failed === 0 ? 0 : 1

function readPatch(fileName: string): Patch {
  const file = join(import.meta.dirname, fileName)
  const patch = readFileSync(file, 'utf8')
  const name = fileName.slice(0, -'.patch'.length)
  const [rule = ''] = name.split('-')
  const breaks = /^# breaks: (.+)$/m.exec(patch)?.[1]
  const tests = /^# tests: (.+)$/m.exec(patch)?.[1]?.split(' ')
  if (!RULES.includes(rule) || breaks === undefined || tests === undefined) {
    throw new Error(`${fileName} needs a rule for a name, and the lines "# breaks: …" and "# tests: …"`)
  }
  return { name, rule, file, breaks, tests }
}

/** Takes patches from the queue that all copies share, and prints what is known in the order of the list. */
async function work(copy: string, queue: Iterable<[number, Patch]>): Promise<void> {
  for (const [i, patch] of queue) {
    verdicts[i] = await judge(copy, patch)
    for (let next = verdicts[printed]; next !== undefined; next = verdicts[++printed]) {
      const { name, breaks } = patches[printed] as Patch
      print(name, next, breaks)
    }
  }
}

function print(name: string, verdict: Verdict, breaks: string): void {
  const word = verdict.alive ? styleText('green', 'alive') : styleText('red', 'DEAD ')
  const detail = verdict.alive ? noticed(verdict.red) : verdict.why
  console.log(`${word}  ${name.padEnd(width)}  ${breaks}${detail && `\n${' '.repeat(width + 9)}${detail}`}`)
}

function noticed(red: readonly string[]): string {
  return styleText('dim', `✖ ${red[0]}${red.length > 1 ? ` (and ${red.length - 1} more)` : ''}`)
}

async function judge(copy: string, { rule, file, tests }: Patch): Promise<Verdict> {
  const named = `${rule} ${tests.join(' ')}`
  const health = unpatched.get(named) ?? runTests(copy, rule, tests)
  unpatched.set(named, health)
  const { ran, red: before, unfinished: stuck } = await health
  if (ran === 0) return { alive: false, why: `no test in ${tests.join(', ')} names ${rule}` }
  if (before.length + stuck.length > 0) {
    return { alive: false, why: `red without the patch already: ${[...before, ...stuck].join('; ')}` }
  }
  const applied = spawnSync('git', ['apply', '--whitespace=nowarn', file], { cwd: copy, encoding: 'utf8' })
  if (applied.status !== 0) return { alive: false, why: `the patch does not apply any more: ${applied.stderr.trim()}` }
  try {
    const { ran, red, unfinished } = await runTests(copy, rule, tests)
    if (red.length > 0) return { alive: true, red }
    const cut = unfinished.length === 0 ? '' : `; did not come to their end: ${unfinished.join('; ')}`
    return { alive: false, why: `${ran} tests that name ${rule} ran in ${tests.join(', ')}, and none went red${cut}` }
  } finally {
    execFileSync('git', ['apply', '--whitespace=nowarn', '--reverse', file], { cwd: copy })
  }
}

async function runTests(copy: string, rule: string, tests: readonly string[]): Promise<Run> {
  const child = spawn(
    process.execPath,
    [
      '--test',
      '--test-isolation=none', // one process, so that ending it ends all
      '--test-reporter=tap',
      `--test-timeout=${PATIENCE.test}`,
      `--test-name-pattern=/\\b${rule}\\b/`,
      ...tests,
    ],
    { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'], timeout: PATIENCE.run, killSignal: 'SIGKILL' },
  )
  const tap = await text(child.stdout)
  const run = { ran: Number(/^# tests (\d+)$/m.exec(tap)?.[1] ?? 0), red: [] as string[], unfinished: [] as string[] }
  for (const [, title = '', failure] of tap.matchAll(/^ *not ok \d+ - (.+)$[\s\S]*?^ *failureType: '(\w+)'$/gm)) {
    if (!new RegExp(`\\b${rule}\\b`).test(title)) continue
    const found = failure === 'testCodeFailure' || failure === 'subtestsFailed'
    ;(found ? run.red : run.unfinished).push(title)
  }
  return run
}

/** What git knows and what is new, with the installed packages, but the workspaces' own links leading into the copy. */
function copyProject(to: string): void {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
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

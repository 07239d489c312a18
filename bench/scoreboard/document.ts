// What a run found, for a terminal and for docs/scoreboard.md.

import { join } from 'node:path'
import { aligned } from '../figures.ts'
import { contenders } from './contenders.ts'
import type { Cell, Verdict } from './play.ts'
import { type Trial, trials } from './trials.ts'

/** What the document is made of, kept so that a test can make it again. */
export const RESULTS = join(import.meta.dirname, 'results.json')
export const DOCUMENT = join(import.meta.dirname, '../../docs/scoreboard.md')

export interface Results {
  readonly date: string
  readonly node: string
  /** By contender. */
  readonly versions: Readonly<Record<string, string>>
  readonly cells: readonly Cell[]
}

const SHORT: Record<Verdict, string> = { holds: 'holds', fails: 'FAILS', 'does not apply': '–', undecided: '?' }

/** @param isDetailed - with all that was said */
export function terminal({ node, versions, cells }: Results, isDetailed: boolean): string {
  const names = Object.keys(versions)
  const played = trials.filter(({ id }) => cells.some((cell) => cell.trial === id))
  const rows = played.map(({ id, title }) => [title, ...names.map((name) => SHORT[find(cells, name, id)!.verdict])])
  const parts = [aligned([['', ...names], ...rows])]
  parts.push(`${names.map((name) => `${name} ${versions[name]}`).join(' · ')} · Node ${node}`)
  for (const cell of cells) {
    if (!isDetailed && cell.verdict !== 'undecided' && !(cell.verdict === 'fails' && cell.contender === 'coatcheck'))
      continue
    const head = `${titleOf(cell.trial)} · ${cell.contender}: ${cell.verdict}\n  ${cell.evidence}`
    parts.push([head, ...cell.exchange.map((line) => `    ${line}`)].join('\n'))
  }
  if (!isDetailed) parts.push('What was seen, cell by cell: npm run scoreboard -- --only express-session F4')
  return parts.join('\n\n')
}

export function document({ date, node, versions, cells }: Results): string {
  const names = contenders.map(({ name }) => name)
  const rows = trials.map(({ id, title }) => {
    const verdicts = names.map((name) => {
      const { verdict } = find(cells, name, id) as Cell
      return verdict === 'fails' ? '**fails**' : verdict === 'does not apply' ? '–' : verdict
    })
    return `| ${[title, ...verdicts].join(' | ')} |`
  })
  return `# Scoreboard

One little site on seven kinds of sessions, each set up as its own documentation says, under the same attacks. Written by
\`npm run scoreboard -- --write\` on ${date}, with Node ${node}; a test holds that this page is what that run found.

| | ${names.join(' | ')} |
|---|${names.map(() => '---').join('|')}|
${rows.join('\n')}

*Holds*: the attacker got nothing. **Fails**: he got it, and the exchange shows how. –: there is nothing to attack; why
is said below. Before each cell the controls are made: without a cookie, with invented cookies and with another user's
nobody gets the victim's page, and she does. Where a control fails, nothing is said, and the run is red.

## What each row means where it fails

${trials.map(({ title, means }) => `- **${title}**: ${means}.`).join('\n')}

F2 goes through Apache httpd (mod_cache_disk), nginx, Squid and Varnish as they come, until one of them gives something
away. The site says \`max-age\` of its image, and of one page that names its user: that is the developer's mistake, not the
library's; the row says who undoes it. All rows but that one are about the sessions alone.

## Who, and set up how

| | version | set up | following |
|---|---|---|---|
${contenders.map(({ name, setUp, follows }) => `| ${name} | ${versions[name]} | ${setUp} | ${linked(follows)} |`).join('\n')}

All stand behind a proxy that ends https and says so by \`X-Forwarded-Proto\`, which they are told to trust. The set-ups are
one file each in \`bench/scoreboard/sites/\`, with the page that they follow. A cookie that outlives the browser by default
counts as a failure of its attributes; better-auth (\`rememberMe: false\`) and iron-session (\`maxAge: undefined\`) can be
told otherwise. express-session and @fastify/session were given the stores that they bring, which their documentation
calls unfit for production; what a thief of a store would have is what they hold.

## What was seen

${trials.map((trial) => seen(trial, cells)).join('\n\n')}
`
}

function seen({ id, title }: Trial, cells: readonly Cell[]): string {
  const lines = contenders.map(({ name }) => {
    const { verdict, evidence } = find(cells, name, id) as Cell
    return `- ${name}: ${verdict === 'fails' ? '**fails**' : verdict}. ${sentence(evidence)}`
  })
  const failing = contenders.find(({ name }) => find(cells, name, id)?.verdict === 'fails')
  const command = `npm run scoreboard -- --only ${failing?.name.includes(' ') ? `'${failing.name}'` : (failing?.name ?? 'coatcheck')} ${id}`
  const exchange = failing && (find(cells, failing.name, id) as Cell).exchange.slice(-LAST)
  const shown =
    exchange === undefined
      ? ''
      : `\n\n\`\`\`\n${failing?.name}, the end of the exchange:\n${exchange.join('\n')}\n\`\`\``
  return `### ${title}\n\n${lines.join('\n')}\n\n\`${command}\`${shown}`
}

/** Of an exchange, what decides. */
const LAST = 4

function sentence(text: string): string {
  const words = text.replaceAll('`', "'").replaceAll('\n', ' ').trim()
  return /[.!?]$/.test(words) ? words : `${words}.`
}

function linked(follows: string): string {
  return follows.startsWith('https:') ? `<${follows}>` : `[${follows}](../${follows})`
}

function find(cells: readonly Cell[], contender: string, trial: string): Cell | undefined {
  return cells.find((cell) => cell.contender === contender && cell.trial === trial)
}

function titleOf(id: string): string {
  return trials.find((trial) => trial.id === id)?.title ?? id
}

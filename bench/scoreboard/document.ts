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
  parts.push(names.map((name) => `${name}: ${setUpOf(name)} (${versions[name]})`).join('\n'), `Node ${node}`)
  for (const cell of cells.filter((one) => isDetailed || isRed(one))) {
    const head = `${titleOf(cell.trial)} · ${cell.contender}: ${cell.verdict}\n  ${cell.evidence}`
    parts.push([head, ...cell.exchange.map((line) => `    ${line}`)].join('\n'))
  }
  if (!isDetailed) parts.push('What was seen in a cell: npm run scoreboard -- --only express-session F4')
  return parts.join('\n\n')
}

/** A peer's verdict is no failure of ours; that nothing can be said is one. */
export function isRed({ contender, verdict }: Cell): boolean {
  return verdict === 'undecided' || (contender === 'coatcheck' && verdict !== 'holds')
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

One little site on the sessions of coatcheck and its peers, each set up as its own documentation says, under the same
attacks. Written by \`npm run scoreboard -- --write\` on ${date}, with Node ${node}; a test holds that this page is what
that run found.

| | ${names.join(' | ')} |
|---|${names.map(() => '---').join('|')}|
${rows.join('\n')}

*Holds*: the attacker got nothing. **Fails**: he got it, and the exchange shows how. –: there is nothing to attack; why
is said below. Before each cell the controls are made: without a cookie, with invented cookies and with another user's
nobody gets the victim's page, and she does. Where a control fails, nothing is said, and the run is red.

## What each row means where it fails

${trials.map(({ title, means }) => `- **${title}**: ${means}.`).join('\n')}

F2 goes through Apache httpd (mod_cache_disk), nginx, Squid and Varnish as they come, until one of them gives something
away. Two rows need a mistake of the site's developer: that it takes a sign-in on http, and that it says \`max-age\` of a
page that names its user. They show who undoes it. The image that everybody may keep says \`max-age\` rightly.

## Who, and set up how

| | version | set up | following |
|---|---|---|---|
${contenders.map(({ name, setUp, follows }) => `| ${name} | ${versions[name]} | ${setUp} | ${linked(follows)} |`).join('\n')}

All stand behind a proxy that ends https and says so by \`X-Forwarded-Proto\`, which they are told to trust. The set-ups are
one file each in \`bench/scoreboard/sites/\`, with the page that they follow. A cookie that outlives the browser by default
counts as a failure of its attributes; better-auth can be told otherwise (\`rememberMe: false\`), and iron-session too
(\`maxAge: undefined\`, with which its seals never expire). @fastify/session sends its cookie with every answer unless it is
told otherwise (\`rolling: false\`).
express-session and @fastify/session were given the stores that they bring, which their documentation calls unfit for
production; what a thief of a store would have is what they hold. iron-session's README says that its sessions cannot be
invalidated at once, and better-auth's page that with its cookie cache revoked ones may live on until that expires.

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
  const command = `npm run scoreboard -- --only ${failing?.name ?? 'coatcheck'} ${id}`
  const exchange = failing && (find(cells, failing.name, id) as Cell).exchange
  const shown =
    exchange === undefined
      ? ''
      : `\n\n\`\`\`\n${failing?.name}, what decides of the exchange:\n${exchange.join('\n')}\n\`\`\``
  return `### ${title}\n\n${lines.join('\n')}\n\n\`${command}\`${shown}`
}

/** Of an exchange, what decides. */
const LAST = 4

function deciding({ trial, exchange }: Cell): string[] {
  const lines = trials.find(({ id }) => id === trial)?.decides
  return lines === undefined ? exchange.slice(-LAST) : exchange.filter((line) => lines.test(line))
}

/** What the document is made of, and no more: who wants all that was said plays it again. */
export function kept(results: Results): Results {
  const cells = results.cells.map((cell) => ({
    ...cell,
    exchange: cell.verdict === 'fails' ? deciding(cell) : [],
  }))
  return { ...results, cells }
}

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

function setUpOf(contender: string): string {
  return contenders.find(({ name }) => name === contender)?.setUp ?? ''
}

// `coatcheck report`: what the sites that only report have seen, and what to write into the configuration.

import { loadConfig, type Observed, proposal, readReport, type Summary, summarise } from '@coatcheck/gateway'
import { Command } from 'commander'
import { printable } from './table.ts'

interface Flags {
  readonly config: string
  readonly site?: string
  readonly json?: boolean
}

export function reportCommand(): Command {
  return new Command('report')
    .description('say what a site with vault: report has seen, and propose its configuration')
    .option('--config <file>', "the gateway's YAML file", 'coatcheck.yaml')
    .option('--site <name>', 'which of its sites; default: all that report')
    .option('--json', 'as JSON, for programs')
    .action((flags: Flags) => report(flags))
}

async function report({ config: file, site: name, json }: Flags): Promise<void> {
  const config = await loadConfig(file)
  const { sites } = await readReport(config.reportFile).catch((error) => {
    if (config.sites.some(({ vault }) => vault === 'report')) throw error
    throw new Error(`no site of ${file} has vault: report, and none had: add it to the site that is to be watched`)
  })
  const reports = sites.flatMap((observed) => {
    const site = config.sites.find((one) => one.name === observed.site)
    if (site === undefined || (name !== undefined && site.name !== name)) return []
    const summary = summarise(observed, site)
    return [{ observed, summary, proposal: proposal(site, summary) }]
  })
  if (reports.length === 0) {
    throw new Error(`${config.reportFile} has no report${name === undefined ? '' : ` of the site ${name}`}`)
  }
  if (json) console.log(JSON.stringify(reports, null, 2))
  else for (const one of reports) console.log(render(one.observed, one.summary, one.proposal))
}

const WIDTH = 80
const MOST = 30

/** Eighty columns, no colour. */
export function render(observed: Observed, summary: Summary, proposed: string): string {
  const { site, since, until, requests, leftOut } = observed
  const parts = [
    `${site}: ${requests} requests, ${minute(since)} to ${minute(until)} UTC`,
    section('Cookies', cookieLines(summary), 'none was seen'),
    section('Paths that could be public', placeLines(summary), 'none was found'),
    `Sign-in\n${indented(wrapped(printable(signIn(summary)), WIDTH - 2))}`,
    `Sign-out\n${indented(wrapped(printable(signOut(summary)), WIDTH - 2))}`,
    ...(leftOut > 0 ? [`There was more: ${leftOut} names were left out.`] : []),
    `Proposed (read it before you use it; what nobody did meanwhile was not seen):\n\n${proposed.trimEnd()}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function cookieLines({ cookies }: Summary): string[] {
  const order = ['expose', 'keep', 'drop']
  return cookies
    .toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    .map(({ name, verdict, why }) => entry(`${VERDICTS[verdict].padEnd(8)} ${name}`, why))
}

const VERDICTS = { keep: 'kept', expose: 'exposed', drop: 'dropped' }

function placeLines({ places }: Summary): string[] {
  return places.map(({ pattern, requests, why }) => entry(`${pattern}, ${requests} requests`, why))
}

/** A name may be long; the reason below it is read all the same. */
function entry(title: string, why: string): string {
  const plain = printable(title)
  const head = plain.length > WIDTH - 2 ? `${plain.slice(0, WIDTH - 3)}…` : plain
  return `${head}\n${wrapped(printable(why), WIDTH - 13).replace(/^/gm, ' '.repeat(9))}`
}

function wrapped(text: string, width: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word.length > width ? `${word.slice(0, width - 1)}…` : word)
  }
  return lines.join('\n')
}

function signIn({ login }: Summary): string {
  if (login === null) return 'none was found'
  const { method, path, userField, status, setsCookie } = login
  const who = userField === null ? 'no field that names the user was found' : `the field ${userField} names the user`
  return `${method} ${path}: ${who}; its success has status ${status.join(' or ')} and sets ${setsCookie}`
}

function signOut({ logout }: Summary): string {
  return logout === null ? 'none was found' : `${logout.method} ${logout.path}`
}

function section(title: string, entries: readonly string[], none: string): string {
  if (entries.length === 0) return `${title}\n${indented(none)}`
  const more = entries.length > MOST ? `\n  and ${entries.length - MOST} more (--json shows all)` : ''
  return `${title}\n${indented(entries.slice(0, MOST).join('\n'))}${more}`
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ')
}

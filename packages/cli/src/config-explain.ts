// `coatcheck config explain`: what a configuration says about one request, for people (80 columns, no colour) and as JSON.

import { type Consequence, type Explanation, explain, openConfig, renderOrigin } from '@coatcheck/gateway'
import { Command } from 'commander'
import { printable } from './table.ts'
import { wrapped } from './wrap.ts'

interface Flags {
  readonly config: string
  readonly method: string
  readonly json?: boolean
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('say which site and rules apply to a request, and why')
    .argument('<url>', 'the address, as a browser asks for it; a path will do where there is one site')
    .option('--config <file>', "the gateway's YAML file", 'coatcheck.yaml')
    .option('--method <name>', 'how it is asked for', 'GET')
    .option('--json', 'as JSON, for programs')
    .addHelpText('after', '\nExit codes: 0 forwarded or redirected, 1 refused or a wrong file, 2 no address.')
    .action(async (url: string, { config: file, method, json }: Flags, command: Command) => {
      const explanation = explain(await openConfig(file), { url, method })
      if (!('verdict' in explanation)) {
        return command.error(`error: the address ${printable(url)} ${explanation.what}\n  = ${explanation.remedy}`)
      }
      console.log(json ? JSON.stringify(explanation, null, 2) : render(explanation))
      if (explanation.verdict === 'refused') process.exitCode = 1
    })
}

const WIDTH = 80
const INDENT = 10

export function render(explanation: Explanation): string {
  const { method, url, assumed, site, hosts, path, rules, answer, steps } = explanation
  const lines = [printable(`${method} ${url}`), '']
  if (assumed.length > 0) lines.push(section('assumed', assumed))
  if (site === null) {
    lines.push(section('site', ['none: no site answers for this host']))
    lines.push(section('hosts', hosts.length === 0 ? ['none'] : hosts))
  } else {
    const { chosenBy, host, preset, server } = site
    const why = chosenBy === 'host' ? `${host} is one of its hosts` : 'it answers for every host that no other site has'
    lines.push(
      section('site', [
        said(`${site.name}: ${why}`, site.origin),
        said(`preset ${preset.name}`, preset.origin),
        said(`paths are read as by ${server.description}`, server.origin),
      ]),
    )
  }
  if (path !== null) lines.push(section('path', pathLines(path)))
  if (rules.length > 0) {
    lines.push(
      section(
        'rules',
        rules.flatMap(({ kind, covers, origin, says }) => [
          said(`${kind}: ${covers}`, origin),
          ...says.map(({ what, origin }) => `  ${said(what, origin)}`),
        ]),
      ),
    )
  } else if (path?.readings != null && answer?.status !== 400) lines.push(section('rules', ['none covers this path']))
  if (answer !== null) {
    const to = answer.location === null ? '' : ` Location: ${answer.location}`
    lines.push(section('answer', [`${answer.status}: ${answer.title}${to}`]))
  }
  if (steps.length > 0) lines.push(section('then', steps.map(numbered)))
  return lines.join('\n')
}

function pathLines({ came, forwarded, idsRemoved, readings }: NonNullable<Explanation['path']>): string[] {
  const changes = came === forwarded ? [] : [`it came as ${came}`]
  const ids = idsRemoved ? ["the application's session ids were taken out of it"] : []
  if (readings === null) return [forwarded, ...changes, ...ids, 'it can be taken for too many other paths']
  const [only, ...others] = readings
  if (others.length === 0) return [forwarded, ...changes, ...ids, `it is read in one way: ${meaning(only!)}`]
  const ways = readings.map((reading) => `- ${reading.path}: ${meaning(reading)}`)
  return [forwarded, ...changes, ...ids, `servers may read it in ${readings.length} ways:`, ...ways]
}

function meaning({ meanings }: { readonly meanings: readonly string[] }): string {
  return meanings.length === 0 ? 'no rule' : meanings.join(', ')
}

function numbered({ what, origin }: Consequence, i: number): string {
  return `${i + 1}. ${origin === null ? what : said(what, origin)}`
}

function said(what: string, origin: Parameters<typeof renderOrigin>[0]): string {
  return `${what} [${renderOrigin(origin)}]`
}

function section(title: string, entries: readonly string[]): string {
  const text = entries.map((entry) => {
    const lead = /^(?:\d+\. |- | {2})/.exec(entry)?.[0].length ?? 0
    return wrapped(printable(entry), WIDTH - INDENT - lead).replace(/\n/g, `\n${' '.repeat(INDENT + lead)}`)
  })
  return text.map((entry, i) => (i === 0 ? title : '').padEnd(INDENT) + entry).join('\n')
}

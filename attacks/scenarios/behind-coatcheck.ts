/** A site behind coatcheck: the same places, another address. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, parseConfig, startGateway } from '@coatcheck/gateway'
import type { Attack } from '../attack.ts'
import { createCertificate } from '../lib/certificate.ts'
import type { Running } from '../scenario.ts'

/** What is configured for a site, as YAML in flow style. */
export type SiteRules = {
  preset?: string
  /** Default: none. */
  public?: string
  /** Default: that of the preset, as with `logout`. */
  login?: string
  logout?: string
  idParameters?: string
  anonymousCaching?: string
  /** Seconds, for the attacks that watch a session end. A slow site needs more than the default. */
  lifetime?: { idle: number; absolute: number }
}

export type Door = 'redirect' | 'refuse' | 'tiered'

/** The host under which browsers know the site. Where it is attacked from the network, it is not this machine's name. */
const HOST = 'shop.example.test'
const LIFETIME = { idle: 2, absolute: 2.5 }

/**
 * Starts the gateway before a site that runs already, and takes the site over: closing it closes both.
 *
 * @param door - what plain http gets, for the attacks that have two doors to choose from
 */
export async function behindCoatcheck(
  site: Running,
  rules: SiteRules,
  attack: Attack,
  door: Door = 'redirect',
): Promise<Running> {
  const needs = new Set(attack.needs)
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-attack-'))
  const twoDoors = needs.has('doors') || needs.has('sibling')
  const gateway = await startGateway(
    await configure(site, rules, folder, twoDoors ? door : undefined, needs.has('lifetime')),
  )
  const port = (protocol: string) => gateway.listeners.find((listener) => listener.protocol === protocol)?.port
  const http = `http://${twoDoors ? HOST : '127.0.0.1'}:${port('http')}`
  const https = `https://${HOST}:${port('https')}`
  const store = join(folder, 'coatcheck.db')
  const { doors, lifetime, stores, sibling, ...places } = site
  return {
    ...places,
    url: twoDoors ? https : http,
    address: '127.0.0.1',
    ...(needs.has('doors') ? { doors: { http, https } } : {}),
    ...(needs.has('sibling') ? { sibling: 'blog.example.test' } : {}),
    ...(needs.has('lifetime') ? { lifetime: rules.lifetime ?? LIFETIME } : {}),
    ...(needs.has('stores') ? { stores: [store, `${store}-wal`, `${store}-touches`, `${store}-touches-wal`] } : {}),
    async close() {
      await gateway.close()
      await site.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** With two doors no exception is made for this machine: then it stands for the whole network. */
async function configure(
  site: Running,
  rules: SiteRules,
  folder: string,
  door: Door | undefined,
  shortLived: boolean,
): Promise<Config> {
  const upstream = new URL(site.url)
  const lines = [
    door === undefined ? 'listen: [http://127.0.0.1:0]' : 'listen: [http://127.0.0.1:0, https://127.0.0.1:0]',
    'store: sqlite:./coatcheck.db',
    'sites:',
    `  - upstream: http://127.0.0.1:${upstream.port}`,
  ]
  if (rules.public !== undefined) lines.push(`    public: ${rules.public}`)
  if (rules.login !== undefined) lines.push(`    login: ${rules.login}`)
  if (rules.logout !== undefined) lines.push(`    logout: ${rules.logout}`)
  if (rules.preset !== undefined) lines.push(`    preset: ${rules.preset}`)
  if (rules.idParameters !== undefined) lines.push(`    idParameters: ${rules.idParameters}`)
  if (rules.anonymousCaching !== undefined) lines.push(`    anonymousCaching: ${rules.anonymousCaching}`)
  if (shortLived) {
    const { idle, absolute } = rules.lifetime ?? LIFETIME
    lines.push(`    sessions: { idle: ${idle}s, absolute: ${absolute} }`)
  }
  if (door !== undefined) {
    const { cert, key } = createCertificate([HOST])
    await writeFile(join(folder, 'cert.pem'), cert)
    await writeFile(join(folder, 'key.pem'), key)
    lines.push(`    http: ${door}`, 'tls: { cert: cert.pem, key: key.pem }', 'loopback: never')
  }
  return parseConfig(`${lines.join('\n')}\n`, 'the attacked site', folder)
}

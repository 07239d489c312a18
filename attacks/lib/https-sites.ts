/**
 * Several sites on https, as a browser sees them: each on a registrable domain of its own, with a certificate that it
 * trusts. All of them are this machine.
 */
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { createCertificate } from './certificate.ts'
import { launchChromium } from './chromium.ts'

export type Certificate = { cert: string; key: string }

export type HttpsBrowser = { browser: Browser; certificate: Certificate }

/**
 * Chromium that finds these hosts on this machine, and the certificate that it trusts for them.
 *
 * @param home - an empty folder, in which what it trusts is written down
 */
export async function launchForHttps(
  chromium: string,
  certutil: string,
  home: string,
  hosts: string[],
): Promise<HttpsBrowser> {
  const certificate = createCertificate(hosts)
  const folder = join(home, '.pki/nssdb')
  await mkdir(folder, { recursive: true })
  await writeFile(join(home, 'trusted.pem'), certificate.cert)
  const run = (...command: string[]) => promisify(execFile)(certutil, ['-d', `sql:${folder}`, ...command])
  await run('-N', '--empty-password')
  await run('-A', '-t', 'P,,', '-n', 'sites under test', '-i', join(home, 'trusted.pem'))
  const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(', ')
  return { browser: await launchChromium(chromium, home, [`--host-resolver-rules=${rules}`]), certificate }
}

export type HttpsSite = { origin: string; close(): Promise<void> }

export async function startHttpsSite(host: string, pair: Certificate, answer: RequestListener): Promise<HttpsSite> {
  const server = createServer(pair, answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

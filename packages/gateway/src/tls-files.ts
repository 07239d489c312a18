// Certificate and key are read again when their files change, so that a renewal needs no restart. What cannot be used
// changes nothing: the old ones go on, and the report says why.

import { statSync } from 'node:fs'
import type { Http2SecureServer } from 'node:http2'
import type { Tls } from './config/config.ts'
import { readCertificateAndKey } from './config/files.ts'
import type { Listener } from './listeners.ts'
import type { Report } from './report.ts'

/** Files are looked at, not subscribed to: that also sees links that change, and works on every file system. */
const LOOK_EVERY = 2000

/** @returns a function that ends the watch */
export function watchTls(
  tls: Tls | null,
  listeners: readonly Listener[],
  report: Report,
  every = LOOK_EVERY,
): () => void {
  const servers = listeners.filter(({ protocol }) => protocol === 'https').map(({ server }) => server)
  if (tls === null || servers.length === 0) return () => {}
  let served = signature(tls)
  let seen = served
  const timer = setInterval(() => {
    const now = signature(tls)
    // Two files are rarely written at once: what still changes is left to the next look.
    if (now !== served && now === seen) {
      served = now
      renew(tls, servers as Http2SecureServer[], report)
    }
    seen = now
  }, every).unref()
  return () => clearInterval(timer)
}

function renew({ certFile, keyFile }: Tls, servers: readonly Http2SecureServer[], report: Report): void {
  const { tls, findings } = readCertificateAndKey(certFile, keyFile)
  const [finding] = findings
  if (tls === null || finding !== undefined) {
    const file = finding?.path.at(-1) === 'key' ? keyFile : certFile
    report({ type: 'certificate-kept', file, why: finding?.what ?? 'cannot be used' })
    return
  }
  try {
    for (const server of servers) server.setSecureContext({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' })
  } catch (error) {
    report({ type: 'certificate-kept', file: certFile, why: `cannot be used: ${(error as Error).message}` })
    return
  }
  report({ type: 'certificate-renewed', file: certFile, until: tls.certificate.validToDate })
}

function signature({ certFile, keyFile }: Tls): string {
  return [certFile, keyFile]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
      return stat === undefined ? 'gone' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`
    })
    .join('; ')
}

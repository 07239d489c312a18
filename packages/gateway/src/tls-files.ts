// Certificate and key are read again when their files change, so that a renewal needs no restart. What cannot be used
// changes nothing: the old ones go on, and the report says why.

import { statSync } from 'node:fs'
import type { Http2SecureServer } from 'node:http2'
import type { Tls } from './config/config.ts'
import { readCertificateAndKey } from './config/files.ts'
import { type Listener, secureContext, useContext } from './listeners.ts'
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
  // What was served first may have been read before a change: the first look reads again.
  let read = ''
  let seen = ''
  let served: Pick<Tls, 'cert' | 'key'> | null = tls
  const timer = setInterval(() => {
    const now = signature(tls)
    // Two files are rarely written at once: what still changes is left to the next look.
    if (now !== read && now === seen) {
      read = now
      served = renew(tls, served, servers as Http2SecureServer[], report)
    }
    seen = now
  }, every).unref()
  return () => clearInterval(timer)
}

/** @returns what is served from now on; null where the files hold something else, so that it is told when they are right again */
function renew(
  { certFile, keyFile }: Tls,
  served: Pick<Tls, 'cert' | 'key'> | null,
  servers: readonly Http2SecureServer[],
  report: Report,
): Pick<Tls, 'cert' | 'key'> | null {
  const { tls, findings } = readCertificateAndKey(certFile, keyFile)
  const [finding] = findings
  if (tls === null || finding !== undefined) {
    const file = finding?.path.at(-1) === 'key' ? keyFile : certFile
    report({ type: 'certificate-kept', file, why: finding?.what ?? 'cannot be used' })
    return null
  }
  if (tls.cert === served?.cert && tls.key === served.key) return served
  try {
    const context = secureContext(tls)
    for (const server of servers) useContext(server, context)
  } catch (error) {
    report({ type: 'certificate-kept', file: certFile, why: `cannot be used: ${(error as Error).message}` })
    return null
  }
  report({ type: 'certificate-renewed', file: certFile, until: tls.certificate.validToDate })
  return tls
}

function signature({ certFile, keyFile }: Tls): string {
  return [certFile, keyFile]
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false, bigint: true })
      return stat === undefined ? 'gone' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`
    })
    .join('; ')
}

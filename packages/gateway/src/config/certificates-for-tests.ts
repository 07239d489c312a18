// Certificates for tests, made by openssl in a folder that is removed afterwards: Node can read them, not issue them.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends Disposable {
  readonly path: string
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Writes `NAME.cert.pem` and `NAME.key.pem`: self-signed, valid for two days. */
export function certify(folder: string, name: string, hosts: readonly string[]): void {
  const names = hosts.map((host) => `DNS:${host}`).join(',')
  openssl(
    folder,
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${hosts[0]} ` +
      `-addext subjectAltName=${names} -keyout ${name}.key.pem -out ${name}.cert.pem`,
  )
}

/** Writes the key of `from` as `NAME.key.pem`, with a passphrase. */
export function encryptKey(folder: string, from: string, name: string): void {
  openssl(folder, `pkcs8 -topk8 -v2 aes-256-cbc -passout pass:secret -in ${from}.key.pem -out ${name}.key.pem`)
}

function openssl(folder: string, command: string): void {
  execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' })
}

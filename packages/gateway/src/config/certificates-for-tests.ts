// Certificates for tests, made in a folder that is removed afterwards.

import { createPrivateKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCertificate } from '../../../../attacks/lib/certificate.ts'

export interface Folder extends Disposable {
  readonly path: string
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Writes `NAME.cert.pem` and `NAME.key.pem`: self-signed. */
export function certify(folder: string, name: string, hosts: readonly string[]): void {
  const { cert, key } = createCertificate([...hosts])
  writeFileSync(join(folder, `${name}.cert.pem`), cert)
  writeFileSync(join(folder, `${name}.key.pem`), key)
}

/** Writes the key of `from` as `NAME.key.pem`, with a passphrase. */
export function encryptKey(folder: string, from: string, name: string): void {
  const key = createPrivateKey(readFileSync(join(folder, `${from}.key.pem`)))
  const locked = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
  writeFileSync(join(folder, `${name}.key.pem`), locked)
}

// The files that a configuration names: read, judged, and seen from the configuration's own folder.

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Store, Tls } from './config.ts'
import type { Draft } from './draft.ts'
import type { Finding, KeyPath } from './problem.ts'
import { Secret } from './secret.ts'
import { Refused, refused } from './values/refused.ts'
import { checkedSecret, type SecretSource } from './values/secret-source.ts'
import type { StoreAddress } from './values/store-address.ts'

export interface ReadTls extends Tls {
  readonly certificate: X509Certificate
}

export interface Files {
  readonly tls: ReadTls | null
  readonly secrets: readonly Secret[]
  readonly findings: readonly Finding[]
}

export function readFiles({ gateway: { tls, store, secret } }: Draft, folder: string): Files {
  const findings: Finding[] = []
  const keep = keeper(findings)
  if (store?.kind === 'sqlite') keep(['store'], checkStoreFile(resolve(folder, store.file)))
  const secrets = (secret ?? []).flatMap((source, i) => {
    const path = ['secret', ...(secret?.length === 1 ? [] : [i])]
    return keep(path, readSecret(source, folder)) ?? []
  })
  if (!tls) return { tls: null, secrets, findings }
  const read = readCertificateAndKey(resolve(folder, tls.cert), resolve(folder, tls.key), tls.cert)
  return { tls: read.tls, secrets, findings: [...findings, ...read.findings] }
}

function readSecret(source: SecretSource, folder: string): Secret | Refused {
  if ('text' in source) return new Secret(source.text)
  const text = readText(resolve(folder, source.file))
  const secret = text instanceof Refused ? text : checkedSecret(text)
  if (secret instanceof Refused) {
    return text instanceof Refused ? text : refused(`names a secret that ${secret.what}`, secret.remedy)
  }
  return new Secret(secret)
}

/** @param certName - as it shall stand in messages */
export function readCertificateAndKey(
  certFile: string,
  keyFile: string,
  certName = certFile,
): Pick<Files, 'tls' | 'findings'> {
  const findings: Finding[] = []
  const keep = keeper(findings)
  const cert = keep(['tls', 'cert'], readText(certFile))
  const key = keep(['tls', 'key'], readText(keyFile))
  const certificate = cert === null ? null : keep(['tls', 'cert'], readCertificate(cert))
  const privateKey = key === null ? null : keep(['tls', 'key'], readKey(key))
  if (cert === null || key === null || certificate === null || privateKey === null) return { tls: null, findings }
  if (!certificate.checkPrivateKey(privateKey)) {
    const what = `does not belong to the certificate in ${certName}`
    const remedy = 'name the key for which the certificate was issued (in a chain the own certificate comes first)'
    findings.push({ path: ['tls', 'key'], at: 'value', what, remedy })
  }
  return { tls: { certFile, keyFile, cert, key, certificate }, findings }
}

function keeper(findings: Finding[]): <T>(path: KeyPath, value: T | Refused) => T | null {
  return (path, value) => {
    if (!(value instanceof Refused)) return value
    findings.push({ path, at: 'value', what: value.what, remedy: value.remedy })
    return null
  }
}

export function resolveStore(store: StoreAddress, folder: string): Store {
  return store.kind === 'sqlite' ? { kind: 'sqlite', file: resolve(folder, store.file) } : store
}

function checkStoreFile(file: string): Refused | null {
  const folder = dirname(file)
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
    return refused(`names the folder ${file}`, 'add the name of a file')
  }
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return null
  return refused(`lies in ${folder}, which is no folder`, 'make the folder, or correct the path')
}

function readText(file: string): string | Refused {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return unreadable(file, error)
  }
}

/** What an error of the file system means to somebody who named the file. */
export function unreadable(file: string, error: unknown): Refused {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return refused(
        `names ${file}, which is not there`,
        'correct the path: it is seen from the folder of the configuration',
      )
    case 'EACCES':
    case 'EPERM':
      return refused(`names ${file}, which may not be read`, 'let the user who runs the gateway read it')
    case 'EISDIR':
      return refused(`names ${file}, which is a folder`, 'name the file')
    default:
      return refused(`names ${file}, which can not be read: ${(error as Error).message}`, 'name another file')
  }
}

function readCertificate(pem: string): X509Certificate | Refused {
  try {
    return new X509Certificate(pem)
  } catch {
    return /PRIVATE KEY-----/.test(pem)
      ? refused('names a private key', 'name the certificate here, and the key in tls.key')
      : refused('names no certificate in PEM form', 'name a file that begins with -----BEGIN CERTIFICATE-----')
  }
}

function readKey(pem: string): ReturnType<typeof createPrivateKey> | Refused {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    if (/ENCRYPTED/.test(pem) || (error as NodeJS.ErrnoException).code === 'ERR_MISSING_PASSPHRASE') {
      return refused('names a key with a passphrase', 'store it without one, readable by the gateway alone')
    }
    return refused('names no private key in PEM form', 'name a file that begins with -----BEGIN PRIVATE KEY-----')
  }
}

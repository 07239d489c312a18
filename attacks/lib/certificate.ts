/**
 * A self-signed certificate for a test, made on the spot: no private key lies in the repository, none expires there, and
 * no openssl is needed. Node signs, but builds no certificates, so their DER (RFC 5280 §4.1) is written out here.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))
const COMMON_NAME = oid('550403')
const SUBJECT_ALT_NAME = oid('551d11')

const DAY = 24 * 3600 * 1000

export type Validity = {
  /** Milliseconds since 1970. Default: yesterday. */
  from?: number
  /** Default: in a month. */
  to?: number
}

/** For these host names, and for 127.0.0.1. */
export function createCertificate(
  hosts: string[],
  { from = Date.now() - DAY, to = Date.now() + 30 * DAY }: Validity = {},
): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(hosts[0] ?? 'localhost')))))
  const serial = randomBytes(12)
  serial[0] = 0x01 // a positive number
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, serial),
    ECDSA_WITH_SHA256,
    name,
    sequence(utcTime(from), utcTime(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, der(0x04, alternativeNames(hosts))))),
  )
  const signature = sign('sha256', body, privateKey)
  const certificate = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.of(0), signature))
  return { cert: pem('CERTIFICATE', certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) }
}

function alternativeNames(hosts: string[]): Buffer {
  const names = hosts.map((host) => der(0x82, Buffer.from(host)))
  return sequence(...names, der(0x87, Buffer.of(127, 0, 0, 1)))
}

function utcTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replace(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`
}

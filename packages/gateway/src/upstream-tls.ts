// What is wrong with an application's TLS, for whoever can mend it. Visitors are told no more than that something is.

/** Says what to do. Its cause is the error as the platform says it. */
export class UpstreamTlsError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause: unknown) {
    super(message, { cause })
    this.code = code
  }
}

const UNKNOWN =
  'its certificate comes from an authority that this machine does not know: give the certificate of that authority to ' +
  'the gateway in NODE_EXTRA_CA_CERTS'
const PLAIN = 'it speaks no TLS there: write http:// in upstream, or the port on which it speaks TLS'

const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks of both machines',
  CERT_REVOKED: 'its certificate has been revoked: renew it',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name: write in upstream a name that the certificate has, or get one for this name',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN,
  ERR_SSL_WRONG_VERSION_NUMBER: PLAIN,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: PLAIN,
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS 1.2 or 1.3: turn one of them on there',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it speaks no TLS 1.2 or 1.3: turn one of them on there',
}

/** @returns null where nothing of TLS went wrong */
export function upstreamTlsError(error: Error & { code?: string; data?: unknown }): UpstreamTlsError | null {
  const { code = '', data } = error
  const fault = FAULTS[code]
  if (fault !== undefined) return new UpstreamTlsError(code, `the application cannot be trusted: ${fault}`, error)
  // An alert of TLS (RFC 8446 §5.1) in the place of an answer.
  if (typeof data === 'string' && data.startsWith('\x15\x03')) {
    return new UpstreamTlsError(code, 'the application speaks TLS there: write https:// in upstream', error)
  }
  return null
}

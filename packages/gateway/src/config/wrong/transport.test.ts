// Listeners, certificates, and whether a site can be reached securely (R5).

import { expectRefused, inSite, makeCertificates, site } from './expect.ts'

makeCertificates()

const tls = (cert: string, key: string) =>
  `listen: [https://0.0.0.0:8443]\ntls:\n  cert: ${cert}\n  key: ${key}\n${site}`

expectRefused([
  [
    'R5: https without a certificate',
    `listen:\n  - https://0.0.0.0:1\n${site}`,
    2,
    'listen[0]',
    /no certificate/,
    /add tls/,
  ],
  [
    'a certificate that is not there',
    tls('no.pem', 'one.key.pem'),
    3,
    'tls.cert',
    /no.pem, which is not there/,
    /path/,
  ],
  ['a key that is not there', tls('one.cert.pem', 'no.pem'), 4, 'tls.key', /no.pem, which is not there/, /folder/],
  ['a certificate that is a folder', tls('folder', 'one.key.pem'), 3, 'tls.cert', /which is a folder/, /name the file/],
  ['a certificate that is none', tls('note.pem', 'one.key.pem'), 3, 'tls.cert', /no certificate in PEM/, /BEGIN CERT/],
  ['a key for a certificate', tls('one.key.pem', 'one.key.pem'), 3, 'tls.cert', /names a private key/, /tls.key/],
  ['a certificate for a key', tls('one.cert.pem', 'one.cert.pem'), 4, 'tls.key', /no private key/, /BEGIN PRIVATE/],
  ['a key with a passphrase', tls('one.cert.pem', 'locked.key.pem'), 4, 'tls.key', /passphrase/, /without one/],
  ['a key of another certificate', tls('one.cert.pem', 'two.key.pem'), 4, 'tls.key', /does not belong/, /issued/],
  ['tls without key', `tls: { cert: one.cert.pem }\n${site}`, 1, 'tls.key', /is missing/, /add key: key.pem/],
  [
    'R5: a site that nobody can reach securely',
    `listen:\n  - http://localhost:8080\n  - http://0.0.0.0:8081\n${site}`,
    3,
    'listen[1]',
    /nobody can sign in securely/,
    /https listener.*trustedProxies.*localhost/,
  ],
  [
    'R5: loopback alone, and not trusted',
    `loopback: never\nlisten: [http://localhost:1]\n${site}`,
    1,
    'loopback',
    /nobody can sign in/,
    /add an https/,
  ],
  [
    'R5: a redirect to nowhere',
    inSite('http: redirect'),
    3,
    'sites[0].http',
    /no https to redirect/,
    /publicPort: 443/,
  ],
  [
    'an upstream that is the gateway itself',
    `listen: ['http://[::1]:8080']\nsites:\n  - upstream: http://localhost:8080`,
    3,
    'sites[0].upstream',
    /the gateway itself/,
    /address of the application/,
  ],
])

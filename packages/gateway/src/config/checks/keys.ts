// Checks of the secret (E7), and of what only goes with it.

import type { Draft } from '../draft.ts'
import type { Finding } from '../problem.ts'

export function checkKeys({ gateway: { secret, insecureAcceptWithoutSecret } }: Draft): Finding[] {
  const findings: Finding[] = []
  const files = (secret ?? []).map((source) => ('file' in source ? source.file : null))
  for (const [i, file] of files.entries()) {
    if (file === null || files.indexOf(file) === i) continue
    const remedy = 'remove one of the two, or name the file of the old secret'
    findings.push({ path: ['secret', i], at: 'value', what: 'names a file that stands before it already', remedy })
  }
  if (insecureAcceptWithoutSecret === true && secret === null) {
    findings.push({
      path: ['insecureAcceptWithoutSecret'],
      at: 'key',
      what: 'goes with a secret, and there is none',
      remedy: 'add secret: file:./secret.key, or remove it',
    })
  }
  return findings
}

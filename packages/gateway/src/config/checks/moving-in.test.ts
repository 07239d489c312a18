import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { parseConfig } from '../load.ts'

const rule = 'login: { path: /in, user: { field: u }, success: { setsCookie: auth } }'
const wrong: [sentence: string, store: string, site: string, words: RegExp][] = [
  ['takes over into a store that forgets', 'memory', `insecureAdopt: 24h, ${rule}`, /insecureAdopt needs a store/],
  ['takes over for months', 'sqlite:x.db', `insecureAdopt: 60d, ${rule}`, /insecureAdopt is longer than 30 days/],
  ['takes over what nothing names', 'sqlite:x.db', 'insecureAdopt: 1h', /insecureAdopt has nothing to take over/],
  ['takes over without a vault', 'sqlite:x.db', `vault: report, insecureAdopt: 1h, ${rule}`, /has no vault to take/],
]

for (const [sentence, store, site, words] of wrong) {
  test(`G2: a site that ${sentence} is refused`, () => {
    const text = `store: ${store}\nsites: [{ upstream: http://a:1, ${site} }]`
    assert.throws(() => parseConfig(text, 'c.yaml', tmpdir()), words)
  })
}

const weak: [key: string, words: RegExp][] = [
  ['insecureAdopt: 24h', /insecureAdopt takes over cookies from before the gateway/],
  ['anonymousCaching: true', /anonymousCaching lets shared caches keep pages for strangers/],
  ['vault: report', /vault only reports/],
]

for (const [key, words] of weak) {
  test(`G2: ${key} is warned of`, () => {
    const text = `store: sqlite:x.db\nsites: [{ upstream: http://a:1, ${key}, ${rule} }]`
    const { warnings } = parseConfig(text, 'c.yaml', tmpdir())
    assert.equal(warnings.length, 1)
    assert.match(warnings[0]!, words)
  })
}

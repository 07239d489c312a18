/** `npm run attacks`: every attack on every site, as a table. Exits with 1 where a verdict is not the expected one. */
import { parseArgs } from 'node:util'
import { attacks } from './all.ts'
import { playAll } from './play.ts'
import { scenarios } from './scenarios/all.ts'
import { table } from './table.ts'

const help = `node attacks/run.ts [--only TEXT] [--site TEXT] [--brief]

Plays the attackers' programs against the sites, and prints who won.

  --only TEXT   the attacks with TEXT in their name, for example F3
  --site TEXT   the sites with TEXT in their name
  --brief       the table alone, without what was seen
`

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    site: { type: 'string', default: '' },
    brief: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

if (values.help) process.stdout.write(help)
else {
  const results = await playAll(
    attacks.filter(({ name }) => name.includes(values.only)),
    scenarios.filter(({ name }) => name.includes(values.site)),
  )
  process.stdout.write(table(results, { evidence: !values.brief }))
  if (!results.every(({ asExpected }) => asExpected)) process.exitCode = 1
}

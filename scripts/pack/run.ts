// `npm run pack`: what would be published, as tarballs in dist/. See `--help`.

import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { packAll } from './pack.ts'

const HELP = `npm run pack -- [--out FOLDER]

Writes each package as a tarball that npm can install: emitted JavaScript, types, a manifest of its own.

  --out FOLDER  where to (default: dist, which git ignores)
`

const root = join(import.meta.dirname, '../..')

try {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: join(root, 'dist') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) process.stdout.write(HELP)
  else {
    const tarballs = packAll(root, resolve(values.out))
    for (const { file, size, contents } of tarballs) {
      console.log(`${relative(process.cwd(), file)}  ${Math.ceil(size / 1024)} KiB, ${contents.length} files`)
    }
    console.log(`\nTo try them: npm install ${tarballs.map(({ file }) => relative(process.cwd(), file)).join(' ')}`)
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

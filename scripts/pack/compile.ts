// The sources as JavaScript and types. The compiler starts at what is public and follows the imports, so no test gets
// in by being in the folder.

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Threads and processes, started by address, which no import names. */
const STARTED = [
  'session/src/stores/sqlite/thread.ts',
  'session/src/stores/sqlite/upkeep/thread.ts',
  'cli/src/workers/worker.ts',
]

/**
 * Emits all packages at once, into `folder/emitted/PACKAGE/src`. The folder must be in the checkout, where type
 * declarations are found.
 *
 * @throws an Error with the compiler's words
 */
export function compile(root: string, folder: string, entries: readonly string[]): void {
  const files = [...entries, ...STARTED].map((entry) => join(root, 'packages', entry))
  const missing = files.find((file) => !existsSync(file))
  if (missing !== undefined) throw new Error(`${missing} is published and does not exist`)
  const project = join(folder, 'tsconfig.json')
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        // What runs in development is what is published: only the types go.
        target: 'esnext',
        lib: ['esnext'],
        noEmit: false,
        declaration: true,
        allowImportingTsExtensions: false,
        rootDir: join(root, 'packages'),
        outDir: join(folder, 'emitted'),
      },
      include: [],
      files,
    }),
  )
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the sources could not be compiled:\n${stdout}${stderr}`)
  for (const declarations of globSync('emitted/**/*.d.ts', { cwd: folder })) mend(join(folder, declarations))
}

/** The compiler writes `.js` into the imports of JavaScript alone. What stays `.ts` beside it not every tool resolves. */
function mend(declarations: string): void {
  const text = readFileSync(declarations, 'utf8')
  writeFileSync(declarations, text.replaceAll(/((?:from |import |import\()(['"])\.{1,2}\/[^'"]+)\.ts\2/g, '$1.js$2'))
}

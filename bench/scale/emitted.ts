// The serving process as JavaScript, which is what a site runs: to strip types at the start costs 50 MB for good.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/**
 * @param folder - in the checkout, where type declarations are found
 * @returns the path of serving.js
 */
export function emitServing(folder: string): string {
  const project = join(folder, 'tsconfig.json')
  const files = ['bench/scale/serving.ts', 'packages/session/src/stores/sqlite/thread.ts']
  writeFileSync(
    project,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        target: 'esnext',
        noEmit: false,
        allowImportingTsExtensions: false,
        rootDir: ROOT,
        outDir: join(folder, 'emitted'),
      },
      include: [],
      files: files.map((file) => join(ROOT, file)),
    }),
  )
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the serving process could not be compiled:\n${stdout}`)
  return join(folder, 'emitted/bench/scale/serving.js')
}

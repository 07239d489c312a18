// The packages as tarballs that can be installed: emitted JavaScript with types, a manifest of its own, README, LICENSE.

import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../../packages/gateway/src/config/json-schema.ts'
import { compile } from './compile.ts'
import { type Manifest, publishedManifest, SCHEMA } from './manifest.ts'

/** In `packages/`, in the order in which they build on each other. */
const PACKAGES = ['session', 'gateway', 'cli'] as const

export interface Tarball {
  readonly name: string
  readonly version: string
  /** The absolute path. */
  readonly file: string
  /** In bytes, as it is downloaded. */
  readonly size: number
  /** Paths in the installed package. */
  readonly contents: readonly string[]
}

/** @throws an Error that says which tool failed, in that tool's words */
export function packAll(root: string, destination: string): Tarball[] {
  mkdirSync(destination, { recursive: true })
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'pack-'))
  try {
    const manifests = new Map(PACKAGES.map((name) => [name, readManifest(join(root, 'packages', name))]))
    compile(
      root,
      folder,
      [...manifests].flatMap(([name, manifest]) => entriesOf(manifest).map((file) => join(name, file))),
    )
    const versions = new Map([...manifests.values()].map(({ name, version }) => [name, version]))
    return [...manifests].map(([name, manifest]) => {
      const from = join(root, 'packages', name)
      const to = join(folder, name)
      mkdirSync(to)
      renameSync(join(folder, 'emitted', name, 'src'), join(to, 'dist'))
      if (manifest.bin !== undefined) cpSync(join(from, 'bin'), join(to, 'bin'), { recursive: true })
      if (manifest.exports === undefined) removeTypes(to)
      copyFileSync(join(from, 'README.md'), join(to, 'README.md'))
      copyFileSync(join(root, 'LICENSE'), join(to, 'LICENSE'))
      if (manifest.bin !== undefined)
        writeFileSync(join(to, SCHEMA), `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
      writeFileSync(join(to, 'package.json'), `${JSON.stringify(publishedManifest(manifest, versions), null, 2)}\n`)
      return tarball(to, destination)
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

/** Where a program may enter: the exports, and what the command loads by an address. */
function entriesOf({ exports = {}, bin }: Manifest): string[] {
  return bin === undefined ? Object.values(exports) : [...Object.values(exports), './src/main.ts']
}

/** Of a command nothing is imported. */
function removeTypes(folder: string): void {
  for (const file of globSync('dist/**/*.d.ts', { cwd: folder })) rmSync(join(folder, file))
}

function tarball(folder: string, destination: string): Tarball {
  const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', destination], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [packed] = Object.values(JSON.parse(answer)) as [
    { name: string; version: string; filename: string; size: number; files: { path: string }[] },
  ]
  const { name, version, filename, size, files } = packed
  return { name, version, file: join(destination, filename), size, contents: files.map(({ path }) => path) }
}

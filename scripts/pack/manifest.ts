// A package's manifest as it is published, made of the one in the checkout. There, exports are the sources themselves;
// published, each is emitted JavaScript with its types beside it.

/** The checkout itself begins with an older one, and brings its own. */
const NODE = '>=24'

/** Of the configuration, for editors: it comes with the command. */
export const SCHEMA = 'coatcheck.schema.json'

/** What the manifest of a package in the checkout holds. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly type: 'module'
  readonly sideEffects?: boolean
  readonly exports?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** `versions` are those of the packages that are published together, by name. */
export function publishedManifest(source: Manifest, versions: ReadonlyMap<string, string>): object {
  const { name, version, description, license, type, sideEffects, exports = {}, bin, dependencies } = source
  return {
    name,
    version,
    description,
    license,
    type,
    ...(sideEffects !== undefined && { sideEffects }),
    engines: { node: NODE },
    files: bin === undefined ? ['dist'] : ['bin', 'dist', SCHEMA],
    exports: publishedExports(exports),
    ...(bin !== undefined && { bin }),
    ...(dependencies !== undefined && { dependencies: publishedDependencies(dependencies, versions) }),
    publishConfig: { access: 'public' },
  }
}

/** Nothing else can be imported. A resolver takes the first condition that it knows, so the types come first. */
function publishedExports(exports: Readonly<Record<string, string>>): object {
  return {
    ...Object.fromEntries(
      Object.entries(exports).map(([path, source]) => [
        path,
        { types: emitted(source, '.d.ts'), default: emitted(source, '.js') },
      ]),
    ),
    './package.json': './package.json',
  }
}

/** Where the compiler's output for a source is in the published package: `./src/a.ts` in `./dist/a.js`. */
function emitted(source: string, ending: '.js' | '.d.ts'): string {
  const path = /^\.\/src\/(.+)\.ts$/.exec(source)?.[1]
  if (path === undefined) throw new Error(`${source} is exported, and is no ./src/*.ts`)
  return `./dist/${path}${ending}`
}

/**
 * Other people's packages stay at the version that the tests ran with. Ours become a range, so that a project that
 * depends on two of them gets one copy of the library after a fix.
 */
function publishedDependencies(
  dependencies: Readonly<Record<string, string>>,
  versions: ReadonlyMap<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => [
      name,
      versions.has(name) ? `^${versions.get(name)}` : version,
    ]),
  )
}

// Reads the configuration: a file, a text, or what the command line says.
//
// It is right as a whole or refused as a whole, with one `ConfigError` that lists everything that is wrong. Nothing is
// guessed and no unknown key is passed over: in a file of security settings a typing error must not mean "default".

import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkKeys } from './checks/keys.ts'
import { checkMovingIn } from './checks/moving-in.ts'
import { checkPaths } from './checks/paths.ts'
import { checkSignIn } from './checks/sign-in.ts'
import { checkSites } from './checks/sites.ts'
import { checkTransport } from './checks/transport.ts'
import { checkWorkers } from './checks/workers.ts'
import type { Config } from './config.ts'
import { read } from './draft.ts'
import { readFiles, unreadable } from './files.ts'
import { ConfigError, type Finding, type KeyPath, type Problem, renderKey, renderWarning } from './problem.ts'
import { resolveConfig } from './resolve.ts'
import { readSource, type Source } from './source.ts'
import { warn } from './warnings.ts'

/** What the command line says beside a file. */
export interface Beside {
  /** In the place of the file's own. */
  readonly workers?: number | 'auto'
}

/**
 * @throws ConfigError (`ERR_CONFIG`) that lists all problems
 * @example const config = await loadConfig('coatcheck.yaml')
 */
export async function loadConfig(file: string, beside: Beside = {}): Promise<Config> {
  return (await openConfig(file, beside)).config
}

/** A configuration, and where each of its keys stands. */
export interface OpenConfig {
  readonly config: Config
  readonly source: Pick<Source, 'file' | 'place'>
}

/** @throws ConfigError (`ERR_CONFIG`) that lists all problems */
export async function openConfig(file: string, beside: Beside = {}): Promise<OpenConfig> {
  return openText(await readConfigText(file), file, dirname(resolve(file)), beside)
}

/** Checked as if it stood in the file; what is wrong with it is said of the flag. */
function withFlags(source: Source, { workers }: Beside): Source {
  const { value } = source
  if (workers === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return source
  return {
    ...source,
    value: { ...value, workers },
    problem: (finding) =>
      finding.path[0] === 'workers'
        ? { file: source.file, place: null, key: `--workers ${workers}`, what: finding.what, remedy: finding.remedy }
        : source.problem(finding),
  }
}

/** A line for each thing that is wrong with a file, the place first: `coatcheck.yaml:3:8: store ...; ...`. */
export function problemLines(error: unknown): string[] {
  if (error instanceof ConfigError) return error.problems.map(renderWarning)
  return [error instanceof Error ? error.message : String(error)]
}

/** For what is wrong with a file that is right by itself: with its place. */
export async function misfit(file: string, finding: Finding): Promise<ConfigError> {
  return new ConfigError(file, [readSource(await readConfigText(file), file).problem(finding)])
}

async function readConfigText(file: string): Promise<string> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    const { what, remedy } = unreadable(resolve(file), error)
    throw new ConfigError(file, [
      { file, place: null, key: 'the command line', what, remedy: remedy.replace(/: it is seen.*/, '') },
    ])
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const problem = { file, place: null, key: 'the file', what: 'is not UTF-8 text', remedy: 'save it as UTF-8' }
    throw new ConfigError(file, [problem])
  }
}

/**
 * @param fileName - as it shall stand in messages
 * @param baseFolder - the folder from which the files named in the text are seen
 * @throws ConfigError (`ERR_CONFIG`) that lists all problems
 */
export function parseConfig(text: string, fileName: string, baseFolder: string): Config {
  return openText(text, fileName, baseFolder).config
}

/** The same, with the places. */
export function openText(text: string, fileName: string, baseFolder: string, beside: Beside = {}): OpenConfig {
  const source = withFlags(readSource(text, fileName), beside)
  return { config: check(source, fileName, baseFolder), source }
}

export interface CommandLine extends Beside {
  readonly upstream: string
  /** Default: `http://localhost:8080`. */
  readonly listen?: readonly string[]
  readonly preset?: string
}

/**
 * The configuration of `coatcheck serve --upstream URL --listen URL --preset NAME`: one site, for any host.
 *
 * @throws ConfigError (`ERR_CONFIG`) whose keys are the flags
 */
export function defaultConfig({ upstream, listen, preset, workers }: CommandLine): Config {
  const site = { upstream, ...(preset === undefined ? {} : { preset }) }
  const value = {
    ...(listen === undefined || listen.length === 0 ? {} : { listen }),
    ...(workers && { workers }),
    sites: [site],
  }
  const file = 'the command line'
  const flag = (path: KeyPath) => {
    const last = path.at(-1)
    if (path[0] === 'workers') return `--workers ${workers}`
    if (path[0] === 'listen') return `--listen ${listen?.[Number(last)] ?? ''}`.trim()
    return last === 'upstream' || last === 'preset' ? `--${last}` : renderKey(path)
  }
  const source: Source = {
    file,
    value,
    problems: [],
    usable: true,
    // What has no flag goes into a file.
    problem: ({ path, what, remedy }) => ({
      file,
      place: null,
      key: flag(path),
      what,
      remedy: remedy.startsWith('add ') ? `${remedy}: in a file, with --config` : remedy,
    }),
    place: () => null,
  }
  return check(source, null, process.cwd())
}

function check(source: Source, fileName: string | null, folder: string): Config {
  if (!source.usable) throw new ConfigError(source.file, source.problems)
  const { draft, findings, whole } = read(source.value)
  const files = readFiles(draft, folder)
  const checks = [checkKeys, checkTransport, checkSites, checkSignIn, checkPaths, checkMovingIn, checkWorkers]
  const all = [...findings, ...checks.flatMap((find) => find(draft)), ...files.findings]
  const problems = [...source.problems, ...all.map((finding) => source.problem(finding))].sort(byPlace)
  if (problems.length > 0 || whole === null) throw new ConfigError(source.file, problems)
  const config = resolveConfig(whole, files, fileName, folder)
  const warnings = warn(config, files.tls, new Date()).map((finding) => renderWarning(source.problem(finding)))
  return { ...config, warnings }
}

function byPlace(a: Problem, b: Problem): number {
  return (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
}

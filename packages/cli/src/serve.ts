// `coatcheck serve`: the gateway, until it is told to stop.

import {
  type Beside,
  type Config,
  defaultConfig,
  type Gateway,
  loadConfig,
  presetNames,
  type Report,
  startGateway,
} from '@coatcheck/gateway'
import { Command, InvalidArgumentError } from 'commander'
import { describe } from './describe.ts'
import { Reloads } from './reloads.ts'
import { watchFile } from './watch-file.ts'
import { startWorkers, type Workers } from './workers/primary.ts'

/** A gateway, in this process or in several. */
export type Served = Gateway | Workers

export interface ServeFlags {
  readonly upstream?: string
  readonly listen?: readonly string[]
  readonly preset?: string
  readonly config?: string
  /** In the place of the file's. */
  readonly workers?: number | 'auto'
  /** False: the configuration is read again at SIGHUP alone. */
  readonly watch?: boolean
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('put the gateway in front of an application')
    .option('--upstream <url>', 'the application, as http://127.0.0.1:3000')
    .option('--listen <url>', 'where to listen; may be repeated (default: http://localhost:8080)', repeated)
    .option('--preset <name>', `what the application is built with: ${presetNames.join(', ')} (default: generic)`)
    .option('--config <file>', 'a YAML file that says all of this and more')
    .option('--workers <count>', 'how many processes serve: a number, or auto for one a core (default: 1)', count)
    .option('--no-watch', 'read the file again at SIGHUP alone, not when it changes')
    .action(async (flags: ServeFlags, command: Command) => {
      const wrong = misuse(flags)
      if (wrong !== null) command.error(`error: ${wrong}`)
      await serve(await configOf(flags), flags)
    })
}

function repeated(value: string, before: readonly string[] = []): readonly string[] {
  if (value === '') throw new InvalidArgumentError('write a URL, as http://localhost:8080')
  return [...before, value]
}

function count(value: string): number | 'auto' {
  if (value === 'auto') return value
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('write a number, or auto')
  return Number(value)
}

function misuse({ upstream, listen, preset, config }: ServeFlags): string | null {
  if (config === undefined) {
    return upstream === undefined ? 'name the application: --upstream http://127.0.0.1:3000, or --config FILE' : null
  }
  const alone = upstream === undefined && listen === undefined && preset === undefined
  return alone ? null : '--config says it all: write upstream, listen and preset into the file'
}

/** What goes on when the file is read again. */
function besideOf({ workers }: ServeFlags): Beside {
  return workers === undefined ? {} : { workers }
}

function configOf(flags: ServeFlags): Promise<Config> | Config {
  const { upstream = '', listen, preset, config } = flags
  const beside = besideOf(flags)
  if (config !== undefined) return loadConfig(config, beside)
  return defaultConfig({ upstream, ...(listen && { listen }), ...(preset && { preset }), ...beside })
}

/** Serves until SIGINT or SIGTERM, then ends what is under way within `timeouts.drain`; the second signal ends it at once. */
export async function serve(config: Config, flags: Pick<ServeFlags, 'watch' | 'workers'> = {}): Promise<Served> {
  for (const warning of config.warnings) console.error(`warning: ${warning}`)
  const report: Report = (event) => {
    const line = describe(event)
    if (line !== null) console.log(`${new Date().toISOString()} ${line}`)
  }
  const gaveUp = (error: Error) => {
    console.error(error.message)
    process.exit(1)
  }
  const gateway =
    config.workers > 1 ? await startWorkers(config, { report, gaveUp }) : await startGateway(config, { report })
  for (const address of addresses(gateway)) console.log(`coatcheck listens on ${address}`)
  const unwatch = config.file === null ? () => {} : reloading(gateway, config.file, flags, report)
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      unwatch()
      const within = stopping ? 0 : gateway.config.timeouts.drain
      stopping = true
      void gateway.close({ within }).then(() => process.exit(0))
      const tell = (open: number) => {
        if (within === 0 || open === 0) return
        console.log(`stopping: what is under way has ${within / 1000} s to end; told again, it is ended at once`)
      }
      void Promise.resolve(gateway.openStreams).then(tell)
    })
  }
  return gateway
}

/** At SIGHUP, and when the file changes. */
function reloading(
  gateway: Served,
  file: string,
  { watch = true, ...flags }: Pick<ServeFlags, 'watch' | 'workers'>,
  report: Report,
): () => void {
  const apply = async (config: Config) => {
    const before = addresses(gateway)
    await gateway.reload(config)
    for (const warning of config.warnings) console.error(`warning: ${warning}`)
    const now = addresses(gateway)
    for (const address of now) if (!before.includes(address)) console.log(`coatcheck listens on ${address}`)
    for (const address of before) if (!now.includes(address)) console.log(`coatcheck no longer listens on ${address}`)
  }
  const reloads = new Reloads(file, apply, report, besideOf(flags))
  process.on('SIGHUP', () => void reloads.reload())
  return watch ? watchFile(file, () => void reloads.reload()) : () => {}
}

/** Where to point a browser. `localhost` is two addresses and one name. */
export function addresses(gateway: Pick<Served, 'config' | 'listeners'>): string[] {
  const names = gateway.config.listen.map(({ protocol, host, port }) => {
    const open = gateway.listeners.find(
      (listener) => listener.protocol === protocol && (port === 0 || listener.port === port),
    )
    return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${open?.port ?? port}`
  })
  return [...new Set(names)]
}

// `coatcheck serve`: the gateway, until it is told to stop.

import { type Config, defaultConfig, type Gateway, loadConfig, presetNames, startGateway } from '@coatcheck/gateway'
import { Command, InvalidArgumentError } from 'commander'
import { describe } from './describe.ts'

export interface ServeFlags {
  readonly upstream?: string
  readonly listen?: readonly string[]
  readonly preset?: string
  readonly config?: string
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('put the gateway in front of an application')
    .option('--upstream <url>', 'the application, as http://127.0.0.1:3000')
    .option('--listen <url>', 'where to listen; may be repeated (default: http://localhost:8080)', repeated)
    .option('--preset <name>', `what the application is built with: ${presetNames.join(', ')} (default: generic)`)
    .option('--config <file>', 'a YAML file that says all of this and more')
    .action(async (flags: ServeFlags, command: Command) => {
      const wrong = misuse(flags)
      if (wrong !== null) command.error(`error: ${wrong}`)
      await serve(await configOf(flags))
    })
}

function repeated(value: string, before: readonly string[] = []): readonly string[] {
  if (value === '') throw new InvalidArgumentError('write a URL, as http://localhost:8080')
  return [...before, value]
}

function misuse({ upstream, listen, preset, config }: ServeFlags): string | null {
  if (config === undefined) {
    return upstream === undefined ? 'name the application: --upstream http://127.0.0.1:3000, or --config FILE' : null
  }
  const alone = upstream === undefined && listen === undefined && preset === undefined
  return alone ? null : '--config says it all: write upstream, listen and preset into the file'
}

function configOf({ upstream = '', listen, preset, config }: ServeFlags): Promise<Config> | Config {
  if (config !== undefined) return loadConfig(config)
  return defaultConfig({ upstream, ...(listen && { listen }), ...(preset && { preset }) })
}

/** Serves until SIGINT or SIGTERM, then ends what is under way within `timeouts.drain`; the second signal ends it at once. */
export async function serve(config: Config): Promise<Gateway> {
  for (const warning of config.warnings) console.error(`warning: ${warning}`)
  const gateway = await startGateway(config, {
    report: (event) => {
      const line = describe(event)
      if (line !== null) console.log(`${new Date().toISOString()} ${line}`)
    },
  })
  for (const address of addresses(gateway)) console.log(`coatcheck listens on ${address}`)
  let within = config.timeouts.drain
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void gateway.close({ within }).then(() => process.exit(0))
      if (within > 0 && gateway.openStreams > 0) {
        console.log(`stopping: what is under way has ${within / 1000} s to end; told again, it is ended at once`)
      }
      within = 0
    })
  }
  return gateway
}

/** Where to point a browser. `localhost` is two addresses and one name. */
export function addresses(gateway: Gateway): string[] {
  const names = gateway.config.listen.map(({ protocol, host, port }) => {
    const open = gateway.listeners.find(
      (listener) => listener.protocol === protocol && (port === 0 || listener.port === port),
    )
    return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${open?.port ?? port}`
  })
  return [...new Set(names)]
}

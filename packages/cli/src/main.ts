// The one command. Each subcommand is a file; this one names them and turns failures into sentences and exit codes.

import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { reportCommand } from './report.ts'
import { serveCommand } from './serve.ts'
import { sessionsCommand } from './sessions.ts'
import { storeCommand } from './store.ts'

const ABOUT =
  'Closes five session failures of web sites: a cookie sent in clear, cached and handed to a stranger, ' +
  'fixed across sign-in, replayed after sign-out, exposed or guessable.'

export function program(): Command {
  const program = new Command('coatcheck')
    .description(ABOUT)
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false })
    .showHelpAfterError('(see --help)')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(serveCommand())
    .addCommand(demoCommand())
    .addCommand(configCommand())
    .addCommand(reportCommand())
    .addCommand(sessionsCommand())
    .addCommand(storeCommand())
  return inherited(program)
}

const EXAMPLES = `
Examples:
  coatcheck demo
  coatcheck serve --upstream http://127.0.0.1:3000
  coatcheck config check coatcheck.yaml
  coatcheck serve --config coatcheck.yaml

Exit codes: 0 done, 1 failed, 2 used wrongly.`

/** A command made in a file of its own inherits nothing by itself: a wrong flag of it would end the process with 1. */
function inherited(parent: Command): Command {
  for (const child of parent.commands) inherited(child.copyInheritedSettings(parent))
  return parent
}

/** Runs a command line. Exit codes: 0 done, 1 failed, 2 used wrongly. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv as string[])
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  }
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

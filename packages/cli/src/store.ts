// `coatcheck store`: looking after the file in which sessions are kept, beside the running gateway.

import { loadConfig } from '@coatcheck/gateway'
import { backupSqlite, checkSqlite, restoreSqlite } from '@coatcheck/session/sqlite-upkeep'
import { Command, Option } from 'commander'
import { interruptible } from './store/interruptible.ts'
import { renderBackup, renderReport, renderRestored } from './store/render.ts'

/** Of `check`: something is wrong; it could not be looked at. */
const PROBLEMS = 1
const NOT_CHECKED = 3

interface Flags {
  readonly config?: string
}

export function storeCommand(): Command {
  return new Command('store')
    .description('check, back up and restore the file in which sessions are kept')
    .helpCommand(false)
    .addHelpText('after', EXAMPLES)
    .addCommand(backupCommand())
    .addCommand(checkCommand())
    .addCommand(restoreCommand())
}

const EXAMPLES = `
Examples:
  coatcheck store check --config coatcheck.yaml
  coatcheck store backup --config coatcheck.yaml /backup/coatcheck.db
  coatcheck store restore /backup/coatcheck.db --config coatcheck.yaml`

function backupCommand(): Command {
  return command('backup', 'copy the store as it is at one moment, while the gateway runs')
    .usage('[options] --config FILE TO\n       coatcheck store backup [options] STORE TO')
    .argument('[paths...]', 'the store, unless a configuration names it; and where the backup is to be')
    .option('--force', 'overwrite a backup that stands there')
    .addHelpText(
      'after',
      `
The backup is two files, TO and TO-touches, which this user alone can read. It is verified before it takes its name.
It has user names, addresses and browsers in clear. It knows nothing of sign-outs that come after it: put it back with
coatcheck store restore, never by copying it.`,
    )
    .action(async (paths: string[], flags: Flags & { force?: boolean }, command: Command) => {
      const [file, to] = await named(paths, flags, command)
      const made = await interruptible((options) => backupSqlite(file, to, { ...options, force: flags.force === true }))
      console.log(renderBackup(made))
    })
}

function restoreCommand(): Command {
  return command('restore', 'put a backup in the place of the store, and end every session in it')
    .usage('[options] --config FILE FROM\n       coatcheck store restore [options] FROM STORE')
    .argument('[paths...]', 'the backup; and the store, unless a configuration names it')
    .option('--insecure-keep-sessions', 'let sessions live on, those that were signed out since the backup included')
    .addHelpText(
      'after',
      `
EVERY SESSION IN THE BACKUP IS ENDED, and users sign in again. Sign-outs that came after the backup are not in it: with
--insecure-keep-sessions each of those sessions is open again, to whoever has a copy of its cookie.

The gateway, and every application that has the store open, must be stopped. What stands there is kept beside it.`,
    )
    .action(async (paths: string[], flags: Flags & { insecureKeepSessions?: boolean }, command: Command) => {
      const [file, from] = await named(paths.toReversed(), flags, command)
      const { insecureKeepSessions = false } = flags
      const restored = await interruptible((options) => restoreSqlite(from, file, { ...options, insecureKeepSessions }))
      if (insecureKeepSessions) console.error(KEPT)
      console.log(renderRestored(file, restored))
    })
}

const KEPT =
  'INSECURE: sessions that were signed out, revoked or renewed since the backup are open again. ' +
  'End those of users who matter: coatcheck sessions end USER'

interface CheckFlags extends Flags {
  readonly full?: boolean
  readonly users?: boolean
  readonly format: 'text' | 'json'
}

function checkCommand(): Command {
  return command('check', 'look at the store, beside the running gateway, and say what is in it and what is wrong')
    .usage('[options] --config FILE\n       coatcheck store check [options] STORE')
    .argument('[paths...]', 'the store, or a backup; unless a configuration names it')
    .option('--full', 'compare each index with what it indexes, too')
    .option('--users', 'name the users who have most sessions')
    .addOption(new Option('--format <format>', 'for people, or for programs').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExit codes: 0 no problem, 1 problems, 2 used wrongly, 3 it could not be looked at.')
    .action(async (paths: string[], flags: CheckFlags, command: Command) => {
      if (paths.length > 1) command.error('error: name one store')
      try {
        const file = paths[0] ?? (await configured(flags, command))
        const { full = false, users: names = false } = flags
        const report = await interruptible((options) => checkSqlite(file, { ...options, full, names }))
        console.log(flags.format === 'json' ? JSON.stringify(report, null, 2) : renderReport(report))
        if (report.problems.length > 0) process.exitCode = PROBLEMS
      } catch (error) {
        if ((error as { name?: string }).name === 'CommanderError') throw error
        console.error((error as Error).message)
        process.exitCode = NOT_CHECKED
      }
    })
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', "the gateway's YAML file, which names the store")
}

/** @returns the store, and the other path. */
async function named(
  paths: readonly string[],
  flags: Flags,
  command: Command,
): Promise<[store: string, other: string]> {
  const [first, second] = paths as [string, string | undefined]
  if (paths.length === 0 || paths.length > 2) {
    const other = command.name() === 'backup' ? 'where the backup is to be' : 'the backup'
    command.error(`error: name the store and ${other}, and nothing else`)
  }
  if (flags.config !== undefined && second !== undefined) {
    command.error('error: --config names the store already: leave out its path')
  }
  return second === undefined ? [await configured(flags, command), first] : [first, second]
}

/** @throws an Error where there is no file to look after */
async function configured({ config: file }: Flags, command: Command): Promise<string> {
  if (file === undefined) command.error('error: name the store: its path, or the configuration with --config FILE')
  const { store } = await loadConfig(file as string)
  if (store.kind === 'sqlite') return store.file
  throw new Error(
    `${file} keeps sessions in the gateway's memory: there is no file to look after; with store: sqlite:./coatcheck.db there is one`,
  )
}

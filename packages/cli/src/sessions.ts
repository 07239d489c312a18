// `coatcheck sessions`: who is signed in, and ending it, beside the running gateway.

import { administer, loadConfig } from '@coatcheck/gateway'
import type { SessionId, SessionInfo } from '@coatcheck/session'
import { Command } from 'commander'
import { table } from './table.ts'

interface Flags {
  readonly config: string
  readonly site?: string
}

export function sessionsCommand(): Command {
  return new Command('sessions')
    .description('list and end the sessions of a user')
    .helpCommand(false)
    .addCommand(
      command('list', "list a user's sessions, most recently used first")
        .argument('<user>', 'the name with which he signed in')
        .action((user: string, flags: Flags) => list(user, flags)),
    )
    .addCommand(
      command('end', "end a user's sessions, everywhere and at once")
        .argument('[user]', 'all sessions of this user')
        .option('--session <id>', 'only this session, by its id')
        .action((user: string | undefined, flags: Flags & { session?: string }, command: Command) => {
          if ((user === undefined) === (flags.session === undefined)) {
            command.error('error: name a user, whose sessions all end, or one session: --session ID')
          }
          return end(user, flags)
        }),
    )
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption('--config <file>', "the gateway's YAML file")
    .option('--site <name>', 'which of its sites; needed where it has several')
}

async function list(user: string, flags: Flags): Promise<void> {
  await using sessions = administer(await loadConfig(flags.config), flags.site)
  const rows = await sessions.list(user)
  if (rows.length === 0) console.log(`${user} has no session`)
  else console.log(table(['session', 'signed in (UTC)', 'last seen', 'ends', 'from', 'browser'], rows.map(columns)))
}

function columns({ id, authenticatedAt, lastSeenAt, endsAt, client }: SessionInfo): string[] {
  return [id, time(authenticatedAt), time(lastSeenAt), time(endsAt), client.address ?? '', client.userAgent ?? '']
}

function time(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ')
}

async function end(user: string | undefined, flags: Flags & { session?: string }): Promise<void> {
  await using sessions = administer(await loadConfig(flags.config), flags.site)
  if (user !== undefined) {
    const count = await sessions.endAll(user)
    console.log(`${count === 1 ? 'one session' : `${count} sessions`} of ${user} ended`)
  } else if (await sessions.end(flags.session as SessionId)) {
    console.log(`session ${flags.session} ended`)
  } else {
    throw new Error(`there is no live session ${flags.session}`)
  }
}

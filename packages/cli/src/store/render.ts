// What was found or done, for people.

import type { Backup, Copied, Restored, StoreReport } from '@coatcheck/session/sqlite-upkeep'
import { printable, table } from '../table.ts'

export function renderBackup({ at, files }: Backup): string {
  return [`backup of ${time(at)}, verified:`, ...files.map(fileLine)].join('\n')
}

export function renderRestored(file: string, { files, ended, aside }: Restored): string {
  const kept = aside === null ? [] : [`what stood there is ${aside}: delete it once you know that you do not need it`]
  const dropped = ended?.dropped
    ? `, ${plural(ended.dropped, 'row that could not be read is gone', 'rows that could not be read are gone')}`
    : ''
  const sessions =
    ended === null
      ? 'the sessions in it live on'
      : `${plural(ended.ended, 'session ended', 'sessions ended')}${dropped}; users sign in again`
  return [`${file} is restored:`, ...files.map(fileLine), sessions, ...kept].join('\n')
}

function fileLine({ path, bytes, rows }: Copied): string {
  const counts = Object.entries(rows).map(([name, count]) => `${name} ${number(count)}`)
  return `  ${path}  ${size(bytes)}  ${counts.join(', ')}`
}

export function renderReport(report: StoreReport): string {
  const { file, problems, notes, files, counts, oldest, newest, users } = report
  const found = problems.reduce((sum, { count }) => sum + count, 0)
  const head = `${file}: ${found === 0 ? 'no problem' : plural(found, 'problem', 'problems')}`
  const lines = [
    head,
    ...problems.flatMap(({ what, count, places, remedy }) => [
      `  ${printable(what)}${count > 1 ? ` (${number(count)} times)` : ''}`,
      ...places.map((place) => `    at ${printable(place)}`),
      ...(count > places.length ? [`    and at ${number(count - places.length)} more`] : []),
      `    what helps: ${remedy}`,
    ]),
    ...notes.map((note) => `  note: ${note}`),
    '',
    table(['file', 'schema', 'size', 'free', '-wal'], files.map(fileColumns)),
    '',
    table(
      ['sessions', 'number'],
      [
        ['signed in', number(counts.signedIn)],
        ['anonymous', number(counts.anonymous)],
        ['over, not swept yet', number(counts.over)],
        ['tokens renewed just now', number(counts.links)],
        ['tokens remembered as ended', number(counts.tombstones)],
        ['claims', number(counts.claims)],
        ...(counts.unreadable > 0 ? [['rows that cannot be read', number(counts.unreadable)]] : []),
      ],
    ),
    '',
    ...(oldest === null || newest === null ? [] : [`begun between ${time(oldest)} and ${time(newest)}`]),
    `users with sessions, those that are over included: ${number(users.count)}${mostOf(users.most)}`,
  ]
  return lines.join('\n')
}

function mostOf(most: StoreReport['users']['most']): string {
  if (most.length === 0) return ''
  const each = most.map(({ site, user, sessions }) =>
    user === null ? number(sessions) : `${printable(user)} of ${printable(site)} ${number(sessions)}`,
  )
  return `; most of one: ${each.join(', ')}`
}

function fileColumns({ path, schema, bytes, pages, freePages, walBytes }: StoreReport['files'][number]): string[] {
  return [path, String(schema), size(bytes), `${Math.round((100 * freePages) / Math.max(pages, 1))} %`, size(walBytes)]
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? `one ${one}` : `${number(count)} ${many}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}

function time(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

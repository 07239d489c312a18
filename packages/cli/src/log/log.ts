// What the gateway says while it runs: sentences for people, or a JSON object a line for programs.

import type { Access, AccessLog, Config, Report } from '@coatcheck/gateway'
import { pino } from 'pino'
import { describe } from '../describe.ts'
import { printable } from '../table.ts'
import { fieldsOf, LEVELS, type Level, levelOf, withoutSecrets } from './fields.ts'
import { type Output, openOutput } from './output.ts'

export interface LogOptions {
  readonly format: 'text' | 'json'
  /** What is less than this is left out. */
  readonly level: Level
  /** Whether each request is told. */
  readonly access: boolean
  /** Which of several processes this is; null where there is one. */
  readonly worker: number | null
}

export const DEFAULT_LOG: LogOptions = { format: 'text', level: 'info', access: false, worker: null }

/** Longer paths are cut: a line stays one piece (`output.ts`). */
const LONGEST_PATH = 1500

export interface Log {
  readonly event: Report
  /** Undefined where requests are not told, so that the gateway does nothing for it. */
  readonly access: AccessLog | undefined
  /** Something that is no event of the gateway: that it listens, that it stops. */
  say(level: Level, event: string, fields: Record<string, unknown>, sentence: string): void
  warnings(config: Config): void
  /** Before the process ends. */
  flush(): Promise<void>
}

export function openLog(options: LogOptions, output: Output = openOutput()): Log {
  const writer = options.format === 'json' ? jsonWriter(options, output) : textWriter(options, output)
  const say: Log['say'] = (level, event, fields, sentence) => writer(level, { event, ...fields }, sentence)
  return {
    event: (event) => writer(levelOf(event), fieldsOf(event), describe(event)),
    access: options.access ? (access) => writer('info', accessFields(access), accessSentence(access)) : undefined,
    say,
    warnings(config) {
      for (const warning of config.warnings) say('warn', 'warning', {}, `warning: ${warning}`)
    },
    flush: () => output.flush(),
  }
}

/** @param sentence - null where people need not know */
type Writer = (level: Level, fields: Record<string, unknown>, sentence: string | null) => void

function jsonWriter({ level, worker }: LogOptions, output: Output): Writer {
  const base = worker === null ? { pid: process.pid } : { pid: process.pid, worker }
  const formatters = { level: (label: string) => ({ level: label }) }
  const logger = pino({ level, base, formatters, timestamp: pino.stdTimeFunctions.isoTime }, output)
  return (of, fields, sentence) => {
    if (sentence === null) logger[of](fields)
    else logger[of](fields, withoutSecrets(sentence))
  }
}

function textWriter({ level, worker }: LogOptions, output: Output): Writer {
  const least = LEVELS.indexOf(level)
  const who = worker === null ? '' : `worker ${worker}: `
  return (of, fields, sentence) => {
    if (LEVELS.indexOf(of) < least) return
    // What people need not know has no sentence; who asks for `debug` gets its fields.
    const told = sentence ?? (level === 'debug' ? JSON.stringify(fields) : null)
    if (told !== null) output.write(`${new Date().toISOString()} ${who}${printable(withoutSecrets(told))}\n`)
  }
}

function accessFields({ path, ...rest }: Access): Record<string, unknown> {
  return { event: 'request', ...rest, path: path === null ? null : withoutSecrets(path.slice(0, LONGEST_PATH)) }
}

function accessSentence({ site, method, path, status, duration, bytes, complete, session, address }: Access): string {
  const what = `${site ?? '-'}: ${method} ${path === null ? '-' : path.slice(0, LONGEST_PATH)} ${status ?? '-'}`
  const end = complete ? '' : ', broken off'
  return `${what} ${duration} ms ${bytes} bytes${end}, session ${session ?? '-'}, from ${address ?? '-'}`
}

// From a parser of one value to a field of the schema: the value is parsed where it stands, what the parser refused
// becomes an issue that carries its remedy, and editors see the text before parsing.

import { type Duration, milliseconds } from '@coatcheck/session'
import { z } from 'zod'
import type { Milliseconds } from './config.ts'
import { Refused } from './values/refused.ts'

/** A type and not an interface, because zod asks for an index signature. */
export type Meta = {
  /** A sentence for the tooltip of an editor. */
  readonly description: string
  /** The first one is shown as remedy where the value has the wrong type. */
  readonly examples: unknown[]
  /** What holds where the key is not there, as it would be written. */
  readonly default?: unknown
}

/** As the library reads them; a number means seconds. For editors: what is wrong is told in words by the parser. */
const DURATION = '^\\d+(?:\\.\\d+)?[smhd]$'
const DURATION_OR_OFF = `${DURATION}|^off$`

export function text<T>(parse: (text: string) => T | Refused, meta: Meta) {
  return z
    .string()
    .meta(meta)
    .transform((value, context): T => {
      const parsed = parse(value)
      return parsed instanceof Refused ? refuse(context, parsed.what, parsed.remedy) : parsed
    })
}

/** @param longestBare - a number beyond which it was not seconds that somebody meant. Default: there is none. */
export function duration(meta: Meta, longestBare = Number.POSITIVE_INFINITY) {
  return z
    .union([z.number(), z.string()])
    .meta({ ...meta, pattern: DURATION })
    .transform((value, context): Milliseconds => {
      if (typeof value !== 'number' || value <= longestBare) return toMilliseconds(value, context)
      return refuse(context, `is ${value} seconds`, `write ${value / 1000}s, or ${value}s if that is meant`)
    })
}

export function durationOrOff(meta: Meta) {
  return z
    .union([z.number(), z.string()])
    .meta({ ...meta, pattern: DURATION_OR_OFF })
    .transform((value, context): Milliseconds | 'off' => (value === 'off' ? value : toMilliseconds(value, context)))
}

/** What is absent is null, so that `undefined` is left to mean "there, but wrong" (`draft.ts`). */
export function optional<T>(schema: z.ZodType<T>) {
  return schema.optional().transform((value): T | null => value ?? null)
}

/** One rule, or a list of them; a list either way. */
export function oneOrMore<T>(schema: z.ZodType<T>, meta: Meta) {
  return z
    .union([schema, z.array(schema).min(1)])
    .meta(meta)
    .transform((value): T[] => (Array.isArray(value) ? value : [value]))
}

function toMilliseconds(value: number | string, context: z.RefinementCtx): Milliseconds {
  try {
    const result = milliseconds(value as Duration, 'duration')
    if (result > 0) return result
  } catch {
    const meant = meantDuration(value)
    const examples = '90s, 30m, 12h or 180d; a number means seconds'
    return refuse(
      context,
      'is not a duration',
      `write ${meant === null ? 'for example' : `${meant}, as in`} ${examples}`,
    )
  }
  return refuse(context, 'is no time at all', 'write for example 90s, 30m, 12h or 180d')
}

/** `30 min` is `30m`: what people write elsewhere, in our notation; null where nobody knows. */
function meantDuration(value: number | string): string | null {
  const parts = /^(\d+(?:\.\d+)?)\s*(ms|millis\w*|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)$/i.exec(
    `${value}`,
  )
  if (parts === null) return null
  const [, number, unit = ''] = parts
  return /^m(?:s|illi)/i.test(unit) ? `${Number(number) / 1000}s` : `${number}${unit[0]!.toLowerCase()}`
}

function refuse(context: z.RefinementCtx, what: string, remedy: string): never {
  context.addIssue({ code: 'custom', message: what, params: { remedy } })
  return z.NEVER
}

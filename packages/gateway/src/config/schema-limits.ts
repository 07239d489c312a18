// How much, and for how long: limits of connections and waiting times. See `schema.ts`.

import { z } from 'zod'
import { duration, type Meta } from './field.ts'
import { Refused } from './values/refused.ts'
import { parseSize } from './values/size.ts'

const KIB = 1024
const SECOND = 1000
const MINUTE = 60 * SECOND
/** Longer than any timer of Node may be is no use, and longer than a day is a mistake. */
const LONGEST = 24 * 60 * MINUTE

/** A bare number beyond this is milliseconds, in the mind of whoever wrote it. */
const LONGEST_BARE = 3600

export const limits = z
  .strictObject({
    connections: count(1_000_000, {
      description: 'How many connections a listener has at once; further ones are closed. Default 10000.',
      examples: [10_000],
    }).default(10_000),
    requestsPerConnection: count(1_000_000_000, {
      description: 'How many requests a connection serves before it is closed. Default: no limit.',
      examples: [1000],
    }).exactOptional(),
    streamsPerConnection: count(10_000, {
      description: 'How many requests of an HTTP/2 connection are under way at once. Default 100.',
      examples: [100],
    }).default(100),
    headers: z
      .union([z.number(), z.string()])
      .meta({
        description: "How long a request's headers may be in all; longer ones get 431. Default 64KiB.",
        examples: ['64KiB'],
        default: '64KiB',
        pattern: '^\\d{1,9}(?:KiB|MiB)$',
      })
      .transform((value, context): number => {
        const size = parseSize(value)
        if (size instanceof Refused) return refuse(context, size.what, size.remedy)
        if (size >= 4 * KIB && size <= 1024 * KIB) return size
        return refuse(context, 'is out of bounds', 'write a size from 4KiB to 1MiB')
      })
      .default(64 * KIB),
  })
  .meta({ description: 'How much clients may ask for.', examples: [{ connections: 10_000, headers: '64KiB' }] })

export const timeouts = z
  .strictObject({
    request: waiting('A client must have sent the headers of its request within this time. Default 30s.', '30s', 30),
    keepAlive: waiting('A connection on which nothing is asked is closed after this time. Default 65s.', '65s', 65),
    connect: waiting('The application must have taken a connection within this time. Default 10s.', '10s', 10),
    headers: waiting('The application must have answered with headers within this time. Default 60s.', '60s', 60),
    body: waiting(
      'Between two parts of a body, either way, may pass so much time; event streams and WebSockets may stay silent ' +
        'for longer. Default 5m.',
      '5m',
      300,
    ),
    drain: waiting('When the gateway is told to stop, what is under way has so much time to end. Default 8s.', '8s', 8),
  })
  .meta({ description: 'For how long is waited.', examples: [{ body: '5m', drain: '8s' }] })

function count(max: number, meta: Meta) {
  return z.int().min(1).max(max).meta(meta)
}

function waiting(description: string, example: string, seconds: number) {
  return duration({ description, examples: [example], default: example }, LONGEST_BARE)
    .transform((value, context): number =>
      value <= LONGEST ? value : refuse(context, 'is longer than a day', `write for example ${example}`),
    )
    .default(seconds * SECOND)
}

function refuse(context: z.RefinementCtx, what: string, remedy: string): never {
  context.addIssue({ code: 'custom', message: what, params: { remedy } })
  return z.NEVER
}

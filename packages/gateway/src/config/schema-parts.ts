// The parts of a site's schema that are not its own: lifetimes, sign-in and sign-out rules. See `schema.ts`.

import { z } from 'zod'
import { duration, durationOrOff, text } from './field.ts'
import { parseCookieName, parseFieldName, parseMethod } from './values/name.ts'
import { parsePathPattern } from './values/path-pattern.ts'

export const pathPattern = (description: string, example: string) =>
  text(parsePathPattern, { description, examples: [example] })

export const cookieName = (description: string, example: string) =>
  text(parseCookieName, { description, examples: [example] })

export const sessions = z
  .strictObject({
    idle: durationOrOff({
      description: 'A session ends when nobody used it for so long; off: never for that reason. Default 30m.',
      examples: ['30m', 'off'],
    }).exactOptional(),
    absolute: duration({
      description: 'A session ends so long after its sign-in, used or not. Default 12h.',
      examples: ['12h'],
    }).exactOptional(),
    renew: durationOrOff({
      description: 'A session that lives longer gets a new token each time this has passed; off: never. Default 1h.',
      examples: ['1h', 'off'],
    }).exactOptional(),
    limit: z
      .strictObject({
        max: z
          .int()
          .min(1)
          .max(10_000)
          .meta({ description: 'How many sessions.', examples: [3] }),
        policy: z
          .enum(['end-oldest', 'refuse'])
          .meta({
            description: 'What one sign-in too many does: end the least recently used session, or fail.',
            examples: ['refuse'],
          })
          .default('end-oldest'),
      })
      .meta({
        description: 'How many sessions one user may have at once. Default: no limit.',
        examples: [{ max: 3, policy: 'end-oldest' }],
      })
      .exactOptional(),
  })
  .meta({ description: 'How long sessions live.', examples: [{ idle: '30m', absolute: '12h' }] })

export const login = z
  .strictObject({
    method: text(parseMethod, {
      description: 'Default: that of the preset, else POST.',
      examples: ['POST'],
    }).exactOptional(),
    path: pathPattern('Where the sign-in form is sent to. Default: that of the preset.', '/Login.aspx').exactOptional(),
    user: z
      .strictObject({
        field: text(parseFieldName, {
          description: 'The form field that holds the name (the first 64 KiB of the body are read).',
          examples: ['User'],
        }),
      })
      .meta({ description: 'Where the name of the user is found.', examples: [{ field: 'User' }] })
      .exactOptional(),
    success: z
      .strictObject({
        status: z
          .array(
            z
              .int()
              .min(200)
              .max(599)
              .meta({ description: 'A status of the final answer.', examples: [302] }),
          )
          .min(1)
          .meta({ description: 'One of these statuses.', examples: [[302]] })
          .exactOptional(),
        setsCookie: cookieName('The answer sets this cookie.', '.ASPXAUTH').exactOptional(),
        location: pathPattern('The answer redirects to this path.', '/Default.aspx').exactOptional(),
      })
      .meta({
        description:
          'How the answer to a good sign-in differs from that to a wrong password: all that is given is true.',
        examples: [{ status: [302], setsCookie: '.ASPXAUTH' }],
      })
      .exactOptional(),
  })
  .meta({ description: 'A sign-in of the application.' })

export const logout = z
  .strictObject({
    path: pathPattern('The page that signs out.', '/Logout.aspx'),
    method: text(parseMethod, { description: 'Default: any.', examples: ['POST'] }).exactOptional(),
  })
  .meta({ description: 'A sign-out of the application.' })

export type FileLogin = z.output<typeof login>
export type FileSessions = z.output<typeof sessions>

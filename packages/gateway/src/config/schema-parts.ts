// The parts of a site's schema that are not its own: lifetimes, sign-in and sign-out rules. See `schema.ts`.

import { z } from 'zod'
import { duration, durationOrOff, text } from './field.ts'
import { parseCookiePattern } from './values/cookie-pattern.ts'
import { parseDomain, parseMethod, parseUserField } from './values/name.ts'
import { parsePathPattern } from './values/path-pattern.ts'
import { parseQueryRule } from './values/query-rule.ts'

export const pathPattern = (description: string, example: string) =>
  text(parsePathPattern, { description, examples: [example] })

export const cookiePattern = (description: string, example: string) =>
  text(parseCookiePattern, { description, examples: [example] })

export const sessions = z
  .strictObject({
    idle: durationOrOff({
      description: 'A session ends when nobody used it for so long; off: never for that reason. Default 30m.',
      examples: ['30m', 'off'],
      default: '30m',
    }).exactOptional(),
    absolute: duration({
      description: 'A session ends so long after its sign-in, used or not. Default 12h.',
      examples: ['12h'],
      default: '12h',
    }).exactOptional(),
    renew: durationOrOff({
      description: 'A session that lives longer gets a new token each time this has passed; off: never. Default 1h.',
      examples: ['1h', 'off'],
      default: '1h',
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
    remember: z
      .strictObject({
        idle: durationOrOff({
          description: 'As above, for these sessions. Default: off.',
          examples: ['7d', 'off'],
          default: 'off',
        }).exactOptional(),
        absolute: duration({
          description: 'As above, for these sessions. Default: 30d.',
          examples: ['30d'],
          default: '30d',
        }).exactOptional(),
      })
      .meta({
        description: 'Sessions that outlive the browser, where a login rule has remember.',
        examples: [{ idle: '7d', absolute: '30d' }],
      })
      .exactOptional(),
  })
  .meta({ description: 'How long sessions live.', examples: [{ idle: '30m', absolute: '12h' }] })

export const users = z
  .strictObject({
    ignoreCase: z
      .boolean()
      .meta({
        description: 'Alice and alice are one user. Default: that of the preset, else false.',
        examples: [true],
      })
      .exactOptional(),
    domains: z
      .array(text(parseDomain, { description: 'A domain.', examples: ['SHOP', 'shop.example.test'] }))
      .meta({
        description:
          'Windows domains, and those of e-mail addresses, that make no other user of a name: SHOP\\alice and ' +
          'alice@shop.example.test are alice. Default: none.',
        examples: [['SHOP', 'shop.example.test']],
      })
      .default([]),
  })
  .meta({ description: 'Which names the application takes for one user.', examples: [{ ignoreCase: true }] })

/** What an answer says of a sign-in. */
const signs = z.strictObject({
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
  setsCookie: cookiePattern(
    'The answer sets this cookie; "*" at its end stands for any rest.',
    '.ASPXAUTH',
  ).exactOptional(),
  location: pathPattern('The answer redirects to this path.', '/Default.aspx').exactOptional(),
})

export const login = z
  .strictObject({
    method: text(parseMethod, {
      description: 'Default: that of the preset, else POST.',
      examples: ['POST'],
    }).exactOptional(),
    path: pathPattern('Where the sign-in form is sent to. Default: that of the preset.', '/Login.aspx').exactOptional(),
    form: z
      .record(
        z.string(),
        z
          .union([z.string(), z.number()])
          .meta({ description: 'The value of the field, or "*" for any.', examples: ['login'] })
          .transform(String),
      )
      .meta({
        description:
          'What the form of a sign-in has, where other forms go to the same address: field by field its value, or "*" ' +
          'for any. Default: that of the preset, else any form is one.',
        examples: [{ do: 'login' }],
      })
      .exactOptional(),
    user: z
      .strictObject({
        field: text(parseUserField, {
          description:
            'The field that holds the name, in a form or in JSON (user.email, /user/email), of 64 KiB at most; ' +
            '"*" at its beginning stands for any: *$UserName.',
          examples: ['User'],
        }).exactOptional(),
        remembered: z
          .literal(true)
          .meta({ description: 'The user is whom the step before named: see continues.', examples: [true] })
          .exactOptional(),
      })
      .meta({
        description: 'Where the name of the user is found: field, or remembered. A success without a name is refused.',
        examples: [{ field: 'User' }],
      })
      .exactOptional(),
    remember: text(parseUserField, {
      description:
        'The box of the form that, checked, lets the session outlive the browser, for as long as sessions.remember says. ' +
        'Default: the session ends with the browser.',
      examples: ['rememberme'],
    }).exactOptional(),
    success: signs
      .meta({
        description:
          'How the answer to a good sign-in differs from that to a wrong password: all that is given is true.',
        examples: [{ status: [302], setsCookie: '.ASPXAUTH' }],
      })
      .exactOptional(),
    continues: signs
      .meta({
        description:
          'How the answer to a good password looks where a second step follows: the name is remembered for it, for ten ' +
          'minutes.',
        examples: [{ status: [302], location: '/otp' }],
      })
      .exactOptional(),
  })
  .meta({ description: 'A sign-in of the application.' })

export const logout = z
  .strictObject({
    path: pathPattern('The page that signs out.', '/Logout.aspx'),
    method: text(parseMethod, { description: 'Default: any.', examples: ['POST'] }).exactOptional(),
    query: text(parseQueryRule, {
      description: 'Only with this parameter in the address, where the page does other things too: NAME or NAME=VALUE.',
      examples: ['action=logout'],
    }).exactOptional(),
  })
  .meta({ description: 'A sign-out of the application.' })

export type FileLogin = z.output<typeof login>
export type FileSessions = z.output<typeof sessions>

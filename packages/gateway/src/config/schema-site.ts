// One site in the configuration file. See `schema.ts`.

import { z } from 'zod'
import { serverNames } from '../reading/servers/index.ts'
import { duration, oneOrMore, optional, text } from './field.ts'
import { presetNames } from './presets/index.ts'
import { cookiePattern, login, logout, pathPattern, sessions, users } from './schema-parts.ts'
import { parseCallback } from './values/callback.ts'
import { parseExposed } from './values/cookie-pattern.ts'
import { parseUpstream } from './values/endpoint.ts'
import { parseHost } from './values/host.ts'
import { parseFieldName, parseOwnCookie, parseSiteName } from './values/name.ts'
import { parseAncestor, parseOrigin } from './values/origin.ts'

export const siteSchema = z
  .strictObject({
    name: optional(
      text(parseSiteName, {
        description:
          'Part of every session of the site: changing it ends them all. Default: the first host, or default.',
        examples: ['shop'],
      }),
    ),
    hosts: z
      .array(text(parseHost, { description: 'A host, without port.', examples: ['shop.example.test'] }))
      .min(1)
      .meta({
        description: 'The hosts by which browsers know the site. Default: any.',
        examples: [['shop.example.test']],
      })
      .default([]),
    upstream: text(parseUpstream, {
      description: 'Where the application listens.',
      examples: ['http://127.0.0.1:8081'],
    }),
    preset: z
      .enum(presetNames)
      .meta({ description: 'What the application is made with. Default: generic.', examples: ['aspnet'] })
      .default('generic'),
    server: optional(
      z.enum(serverNames).meta({
        description:
          'What reads the paths of its requests; any: nobody knows, so every reading counts. Default: that of the preset.',
        examples: ['nginx'],
      }),
    ),
    http: optional(
      z.enum(['redirect', 'tiered', 'refuse']).meta({
        description:
          'What plain http gets: an answer that leads to https (default), an anonymous session of its own, or 403.',
        examples: ['redirect'],
      }),
    ),
    hsts: optional(
      duration({
        description: 'For how long browsers are told to come by https only. Default: they are not.',
        examples: ['180d'],
      }),
    ),
    sessions: sessions.prefault({}),
    cookie: text(parseOwnCookie, {
      description:
        "What comes behind __Host-Http- in the name of the gateway's cookie: to be changed where two gateways share a " +
        'host, on two ports. Default: sid.',
      examples: ['wiki'],
      default: 'sid',
    }).default('sid'),
    users: users.prefault({}),
    public: z
      .array(pathPattern('A path; "*" at its end stands for any rest, as a whole segment for one.', '/images/*'))
      .meta({
        description: 'Paths that never have a session, and whose answers stay as cacheable as they are. Default: none.',
        examples: [['/images/*', '/favicon.ico']],
      })
      .default([]),
    vault: z
      .enum(['keep', 'report'])
      .meta({
        description:
          "Where the application's cookies are kept: on the server (keep), or in browsers as before while coatcheck report " +
          'tells what would be done (report: nothing is protected). Default: keep.',
        examples: ['report'],
      })
      .default('keep'),
    leftovers: z
      .enum(['delete', 'keep'])
      .meta({
        description:
          "The application's own cookies (authCookies, those of the preset and of the vault) that a browser has from before " +
          'the gateway: delete them there (default), or leave them alone. They reach the application either way no more.',
        examples: ['keep'],
      })
      .default('delete'),
    insecureAdopt: optional(
      duration({
        description:
          'For so long after the first start with this key, cookies that browsers have from before the gateway are taken ' +
          'over, once, so that nobody is signed out. One that was planted or tapped is taken over too. Default: never.',
        examples: ['24h'],
      }),
    ),
    anonymousCaching: z
      .boolean()
      .meta({
        description:
          'Pages for visitors without any session stay cacheable where the application says public, with Vary: Cookie. ' +
          'Only where every cache in front heeds Vary. Default: false.',
        examples: [true],
      })
      .default(false),
    expose: z
      .array(
        text(parseExposed, {
          description: 'The name of a cookie; "*" at its end stands for any rest.',
          examples: ['theme', 'csrf*'],
        }),
      )
      .meta({
        description:
          'Cookies that page scripts need, passed both ways instead of kept on the server; of those that only begin so ' +
          '(csrf*), none that is HttpOnly. Default: those of the preset, which stay in any case.',
        examples: [['theme']],
      })
      .default([]),
    idParameters: z
      .array(text(parseFieldName, { description: 'The name of a query parameter or form field.', examples: ['sid'] }))
      .meta({
        description:
          'In which the application takes a session id beside its cookie: they never reach it. ' +
          'Default: those of the preset, which stay in any case.',
        examples: [['sid'], ['CFID', 'CFTOKEN']],
      })
      .default([]),
    idPathParameters: z
      .array(
        text(parseFieldName, {
          description: 'The name of a path parameter, as in /page;jsessionid=…',
          examples: ['jsessionid'],
        }),
      )
      .meta({
        description: 'The same in paths. Default: those of the preset, which stay in any case.',
        examples: [['jsessionid']],
      })
      .default([]),
    sessionCookies: z
      .array(cookiePattern('The name of a cookie; "*" at its end stands for any rest.', 'sid'))
      .meta({
        description:
          'In which the application keeps its session id: pages made with one of them have no id in their links and ' +
          'are not searched for any. Default: those of the preset, which stay in any case.',
        examples: [['sid']],
      })
      .default([]),
    trustedOrigins: z
      .array(text(parseOrigin, { description: 'An origin.', examples: ['https://pay.example.test'] }))
      .meta({
        description: 'Other origins that may send unsafe requests with a session. Default: none.',
        examples: [['https://pay.example.test']],
      })
      .default([]),
    authCookies: z
      .array(cookiePattern('The name of a cookie; "*" at its end stands for any rest.', 'auth'))
      .meta({
        description:
          'Cookies by which the application knows who is signed in: it signs him out by deleting one. Those of the ' +
          'preset, and setsCookie of the login rules, are among them. Default: none more.',
        examples: [['auth']],
      })
      .default([]),
    callbacks: z
      .array(text(parseCallback, { description: 'A path, without "*" at its end.', examples: ['/saml/acs'] }))
      .meta({
        description:
          'Paths to which other sites send forms (SAML, form_post, returns from payment), which arrive with the ' +
          'session. Default: none.',
        examples: [['/saml/acs', '/pay/return']],
      })
      .default([]),
    embedded: z
      .array(text(parseAncestor, { description: 'An origin.', examples: ['https://lms.example.test'] }))
      .meta({
        description:
          'Origins whose pages may show the site in a frame, where it gets a partitioned cookie. Default: the cookie ' +
          'does not come into frames of other sites.',
        examples: [['https://lms.example.test']],
      })
      .default([]),
    login: optional(
      oneOrMore(login, {
        description: "The application's own sign-in. Default: that of the preset.",
        examples: [{ path: '/login', user: { field: 'user' }, success: { status: [302], setsCookie: 'auth' } }],
      }),
    ),
    logout: optional(
      oneOrMore(logout, {
        description: "The application's own sign-out. Default: that of the preset.",
        examples: [{ path: '/logout' }],
      }),
    ),
  })
  .meta({ description: 'One application.', examples: [{ upstream: 'http://127.0.0.1:8081' }] })

export type FileSite = z.output<typeof siteSchema>

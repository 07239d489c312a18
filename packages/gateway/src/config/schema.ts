// The configuration file: every key, what it takes and what it is for.
//
// The descriptions are for people: editors show them, by the JSON Schema that `json-schema.ts` makes of this. Only what
// can be judged by looking at one value is judged here; `checks/` knows the rest.

import { z } from 'zod'
import { oneOrMore, optional, text } from './field.ts'
import { limits, timeouts } from './schema-limits.ts'
import { sessions } from './schema-parts.ts'
import { siteSchema } from './schema-site.ts'
import { parseListener } from './values/endpoint.ts'
import { parseNetwork } from './values/network.ts'
import { parseSecretSource } from './values/secret-source.ts'
import { parseStoreAddress } from './values/store-address.ts'

export const schema = z
  .strictObject({
    listen: z
      .array(text(parseListener, { description: 'Scheme, address and port.', examples: ['https://0.0.0.0:8443'] }))
      .min(1)
      .meta({
        description: 'Where the gateway listens. Default: http://localhost:8080.',
        examples: [['http://0.0.0.0:8080', 'https://0.0.0.0:8443']],
        default: ['http://localhost:8080'],
      })
      .default(() => [{ protocol: 'http' as const, host: 'localhost', port: 8080 }]),
    publicPort: optional(
      z
        .int()
        .min(1)
        .max(65_535)
        .meta({
          description: 'The https port that browsers use. Default: that of the first https listener, else 443.',
          examples: [443],
        }),
    ),
    tls: optional(
      z
        .strictObject({
          cert: z
            .string()
            .min(1)
            .meta({
              description: 'A PEM file: the certificate, then its chain. Seen from the folder of this file.',
              examples: ['cert.pem'],
            }),
          key: z
            .string()
            .min(1)
            .meta({ description: 'A PEM file: the private key.', examples: ['key.pem'] }),
        })
        .meta({ description: 'For the https listeners.', examples: [{ cert: 'cert.pem', key: 'key.pem' }] }),
    ),
    trustedProxies: z
      .array(text(parseNetwork, { description: 'An address or a network.', examples: ['10.0.0.0/8'] }))
      .meta({
        description: 'Proxies whose word counts for how a visitor came (X-Forwarded-Proto, -For). Default: none.',
        examples: [['10.0.0.0/8']],
      })
      .default([]),
    loopback: optional(
      z.enum(['browser', 'never']).meta({
        description:
          'Whether plain http from this machine counts as secure: where the browser vouches for it (default), or never.',
        examples: ['never'],
      }),
    ),
    insecureLoopback: z
      .boolean()
      .meta({
        description:
          'Plain http from this machine always counts as secure, even from a careless proxy. Default: false.',
        examples: [true],
      })
      .default(false),
    store: text(parseStoreAddress, {
      description:
        'Where sessions are kept: sqlite:FILE, seen from the folder of this file, or memory. Default: memory.',
      examples: ['sqlite:./coatcheck.db', 'memory'],
      default: 'memory',
    }).default({ kind: 'memory' }),
    workers: z
      .union([z.number(), z.string()])
      .meta({
        description:
          'How many processes serve, each on a core of its own where there is one; auto: as many as there are cores. ' +
          'They share the store, which must be a file. Default: 1.',
        examples: ['auto', 2],
      })
      .transform((value, context): number | 'auto' => {
        if (value === 'auto' || (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 256))
          return value as 'auto'
        const remedy = 'write a number from 1 to 256, or auto'
        context.addIssue({ code: 'custom', message: 'is no number of processes', params: { remedy } })
        return z.NEVER
      })
      .default(1),
    secret: optional(
      oneOrMore(
        text(parseSecretSource, {
          description: 'file: and a file that holds it, seen from the folder of this file; or the secret itself.',
          examples: ['file:./secret.key'],
        }),
        {
          description:
            'A secret that is not in the store, so that not even someone who can write to the store can make himself ' +
            'another user. A list is a key ring: the first seals, all open. Default: none.',
          examples: ['file:./secret.key', ['file:./new.key', 'file:./old.key']],
        },
      ),
    ),
    insecureAcceptWithoutSecret: z
      .boolean()
      .meta({
        description:
          'While a secret is being introduced: sessions from before it open too, until the last of them has ended. ' +
          'Default: false.',
        examples: [true],
      })
      .default(false),
    sessions: sessions.prefault({}),
    reportFile: optional(
      z
        .string()
        .min(1)
        .meta({
          description:
            'Where sites with vault: report write what they saw. Default: beside the store, else coatcheck-report.json.',
          examples: ['coatcheck-report.json'],
        }),
    ),
    unreturnedVaults: z
      .int()
      .min(1)
      .max(100_000)
      .meta({
        description:
          'How many sessions that began with no page load one address may have in two minutes whose cookie never came back. ' +
          'Default: 100.',
        examples: [100],
      })
      .default(100),
    limits: limits.prefault({}),
    timeouts: timeouts.prefault({}),
    sites: z
      .array(siteSchema)
      .min(1)
      .meta({
        description: 'The applications behind the gateway.',
        examples: [[{ upstream: 'http://127.0.0.1:8081' }]],
      }),
  })
  .meta({ title: 'coatcheck', description: 'The configuration of the coatcheck gateway.' })

export type File = z.output<typeof schema>

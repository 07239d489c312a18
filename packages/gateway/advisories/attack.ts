// An attack that got past some gateway once, in its own shape, to be sent to ours. How it is sent is left to the test: the
// table is the same for every protocol.

import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { type Application, type Arrived, startApplication } from '../src/testing/application.ts'
import { startTestGateway, type TestGateway } from '../src/testing/gateway.ts'

export interface Request {
  /** Default GET. */
  readonly method?: string
  /** As it is sent, whatever it is. */
  readonly target: string
  /** Default `localhost`. */
  readonly host?: string
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

export interface Answer {
  readonly status: number
  /** Headers by lower-case name, one line each. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** A way to ask: a protocol. */
export interface Way {
  readonly name: string
  /** Over TLS. */
  readonly secure: boolean
  /** Sends a request to a port of this machine. */
  readonly send: (t: TestContext, port: number, request: Request) => Promise<Answer>
}

export interface Advisory {
  readonly id: string
  /** In one sentence: what went wrong there. Where nothing is known of an id but the class of its fault, that. */
  readonly sentence: string
  readonly known: 'as described' | 'by its class'
  /** Keys of the site. */
  readonly site?: string
  /** Other keys of the file. */
  readonly file?: string
  /** Instead of the one site. `UPSTREAM` stands for the application. */
  readonly sites?: string
  /** It is about what may come over plain http. */
  readonly isOfPlainHttp?: boolean
  readonly attacks: readonly Request[]
  readonly holds: (outcome: Outcome) => void
}

export interface Outcome {
  readonly request: Request
  readonly answer: Answer
  /** The request as the application saw it; undefined where it did not. */
  readonly arrived: Arrived | undefined
  /** Any cache may keep the answer: the request was taken for one of a public path. */
  readonly asPublic: boolean
}

/** Carries an advisory's attacks out, each on its own, and looks whether the rule held. */
export async function carryOut(t: TestContext, advisory: Advisory, way: Way): Promise<void> {
  const { app, gateway } = await startScene(t, advisory, way.secure)
  const port = way.secure ? gateway.httpsPort : gateway.port
  const isPublic = (answer: Answer) => answer.headers.get('cache-control') === PUBLIC
  if (advisory.site?.includes('/public/*')) {
    const control = await way.send(t, port, { target: '/public/a', headers: [['X-Forwarded-Proto', 'https']] })
    assert.ok(isPublic(control), `the public page itself is public over ${way.name}`)
  }
  for (const request of advisory.attacks) {
    app.arrived.length = 0
    const answer = await way.send(t, port, request)
    advisory.holds({ request, answer, arrived: app.arrived[0], asPublic: isPublic(answer) })
  }
}

const PUBLIC = 'public, max-age=60'

/** An application whose every answer is cacheable, unless the gateway makes it personal. */
async function startScene(
  t: TestContext,
  advisory: Advisory,
  https: boolean,
): Promise<{ app: Application; gateway: TestGateway }> {
  const { site, file, sites } = advisory
  const app = await startApplication(t)
  app.otherwise((_req, res) => res.setHeader('Cache-Control', PUBLIC).end('an answer of the application'))
  const gateway = await startTestGateway(t, app.port, {
    https,
    ...(site === undefined ? {} : { site }),
    ...(file === undefined ? {} : { file }),
    ...(sites === undefined ? {} : { sites: sites.replaceAll('UPSTREAM', app.origin) }),
  })
  return { app, gateway }
}

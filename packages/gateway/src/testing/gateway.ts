// A gateway in front of a test's application, on a port of its own, and all that it reported.

import type { TestContext } from 'node:test'
import type { SessionEvent } from '@coatcheck/session'
import { certify, temporaryFolder } from '../config/certificates-for-tests.ts'
import { type Config, parseConfig } from '../config/index.ts'
import { type Gateway, type GatewayOptions, startGateway } from '../gateway.ts'
import type { Changes } from '../reload.ts'
import type { GatewayEvent } from '../report.ts'
import { Browser } from './browser.ts'

/** The name under which the https listener of a test is known. */
export const HOST = 'shop.example.test'

export interface Setting {
  /** Keys of the site, in YAML's flow style: `public: [/images/*], expose: [theme]`. */
  readonly site?: string
  /** All sites, where there are several: the file's key `sites` itself. */
  readonly sites?: string
  /** Other keys of the file, one a line. */
  readonly file?: string
  /** In the place of http://127.0.0.1:0. */
  readonly listen?: string
  /** Listen on https too. */
  readonly https?: boolean
  readonly options?: GatewayOptions
}

export class TestGateway {
  /** Of the plain http listener. */
  readonly port: number
  /** Of the https listener; 0 where there is none. */
  readonly httpsPort: number
  readonly events: readonly GatewayEvent[]
  readonly gateway: Gateway
  readonly #folder: string

  constructor(gateway: Gateway, events: readonly GatewayEvent[], folder: string) {
    const { listeners } = gateway
    this.gateway = gateway
    this.#folder = folder
    this.events = events
    this.port = listeners.find(({ protocol }) => protocol === 'http')?.port ?? 0
    this.httpsPort = listeners.find(({ protocol }) => protocol === 'https')?.port ?? 0
  }

  /** Answers and WebSockets that are under way. */
  get openStreams(): number {
    return this.gateway.openStreams
  }

  /** A browser with an empty jar, on http://localhost or another name that browsers trust. */
  browser(host = 'localhost'): Browser {
    return new Browser('http', host, this.port)
  }

  /** One on https://shop.example.test. */
  secureBrowser(): Browser {
    return new Browser('https', HOST, this.httpsPort)
  }

  /** Another configuration, as `startTestGateway` takes it. */
  reload(upstream: number, given: Setting = {}): Promise<Changes> {
    return this.gateway.reload(configuration(upstream, given, this.#folder))
  }

  heard<T extends GatewayEvent['type']>(type: T): Extract<GatewayEvent, { type: T }>[] {
    return this.events.filter((event) => event.type === type) as Extract<GatewayEvent, { type: T }>[]
  }

  /** What the engine said. */
  heardOfSessions<T extends SessionEvent['type']>(type: T): Extract<SessionEvent, { type: T }>[] {
    const events = this.heard('session').map(({ event }) => event)
    return events.filter((event) => event.type === type) as Extract<SessionEvent, { type: T }>[]
  }
}

/** @param upstream - the port on which the application listens */
export async function startTestGateway(t: TestContext, upstream: number, given: Setting = {}): Promise<TestGateway> {
  const folder = temporaryFolder()
  t.after(() => folder[Symbol.dispose]())
  if (given.https) certify(folder.path, 'shop', [HOST])
  const events: GatewayEvent[] = []
  const config = configuration(upstream, given, folder.path)
  const gateway = await startGateway(config, { ...given.options, report: (event) => events.push(event) })
  t.after(() => gateway.close())
  return new TestGateway(gateway, events, folder.path)
}

function configuration(upstream: number, given: Setting, folder: string): Config {
  const site = `upstream: http://127.0.0.1:${upstream}${given.site === undefined ? '' : `, ${given.site}`}`
  const listen = `listen: ['${given.listen ?? 'http://127.0.0.1:0'}'${given.https ? ", 'https://127.0.0.1:0'" : ''}]`
  const tls = given.https ? 'tls: { cert: shop.cert.pem, key: shop.key.pem }' : ''
  const text = `${listen}\n${tls}\n${given.file ?? ''}\n${given.sites ?? `sites: [{ ${site} }]`}\n`
  return parseConfig(text, 'test.yaml', folder)
}

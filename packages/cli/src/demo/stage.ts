// The sites of the story: the leaky shop, alone or behind coatcheck, with what an act needs around it.

import { rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GatewayEvent, parseConfig, startGateway } from '@coatcheck/gateway'
import { startCache } from '../../../../attacks/lib/cache.ts'
import { createCertificate } from '../../../../attacks/lib/certificate.ts'
import { leakyShop } from '../../../../attacks/scenarios/leaky.ts'
import type { Target } from '../../../../attacks/target.ts'
import type { LeakyOptions } from '../../../../examples/leaky/options.ts'
import { type LeakyShop, startLeakyShop } from '../../../../examples/leaky/shop.ts'

export interface Setting {
  /** Other faults than the shop has by itself. */
  readonly faults?: Partial<LeakyOptions>
  /** An http and an https door, under a host name that is not this machine's (F1). */
  readonly doors?: boolean
  /** A shared cache in front of everything (F2). */
  readonly cache?: boolean
  /** Sessions are kept in a file (F5). */
  readonly filed?: boolean
}

export interface Site extends Target {
  readonly doors: { readonly http: string; readonly https: string }
  /** The shop's own log: for whom it made which page, in its order. */
  readonly served: LeakyShop['served']
  /** What coatcheck reported; nothing where the shop is alone. */
  readonly reported: readonly GatewayEvent[]
  /** A copy of every file in which sessions are kept. */
  copyStore(): Promise<Buffer>
}

const HOST = 'shop.example.test'

/** Ids in links and a cookie for a month are faults too, but here they would only make the lines long. */
const PLAIN: Partial<LeakyOptions> = { idInLinks: false, persistent: false }

/** Opens sites, and closes them all when it is disposed of. */
export class Stage implements AsyncDisposable {
  readonly guarded: boolean
  readonly #mended: Partial<LeakyOptions>
  readonly #closing = new AsyncDisposableStack()

  /** @param mended - what is different in every shop, whatever an act asks for: tests switch a fault off */
  constructor(guarded: boolean, mended: Partial<LeakyOptions> = {}) {
    this.guarded = guarded
    this.#mended = mended
  }

  async open(setting: Setting = {}): Promise<Site> {
    const folder = await this.#folder()
    const shop = await startLeakyShop({
      ...PLAIN,
      ...setting.faults,
      ...this.#atHome(setting, folder),
      ...this.#mended,
    })
    this.#closing.defer(() => shop.close())
    const reported: GatewayEvent[] = []
    const doors = this.guarded ? await this.#guard(shop.url, setting, folder, reported) : shop
    const url = setting.cache ? await this.#cache(doors.url) : setting.doors ? named(doors.httpsUrl) : doors.url
    return {
      ...leakyShop,
      url,
      address: '127.0.0.1',
      doors: { http: named(doors.url), https: named(doors.httpsUrl) },
      served: shop.served,
      reported,
      copyStore: () => copyStore(folder),
    }
  }

  /** A folder that is gone afterwards, also where the reader leaves in the middle. */
  async #folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'coatcheck-demo-'))
    const remove = () => rmSync(folder, { recursive: true, force: true })
    process.once('exit', remove)
    this.#closing.defer(() => {
      process.off('exit', remove)
      remove()
    })
    return folder
  }

  /** What the shop does by itself where nothing stands in front of it. */
  #atHome({ doors, filed }: Setting, folder: string): Partial<LeakyOptions> {
    if (this.guarded) return {}
    return {
      ...(doors ? { https: { port: 0, ...createCertificate([HOST]) } } : {}),
      ...(filed ? { storeFile: join(folder, 'sessions.txt') } : {}),
    }
  }

  async #guard(upstream: string, setting: Setting, folder: string, reported: GatewayEvent[]) {
    if (setting.doors) {
      const { cert, key } = createCertificate([HOST])
      await writeFile(join(folder, 'cert.pem'), cert)
      await writeFile(join(folder, 'key.pem'), key)
    }
    const config = parseConfig(configuration(upstream, setting), 'the demo', folder)
    const gateway = await startGateway(config, { report: (event) => reported.push(event) })
    this.#closing.defer(() => gateway.close())
    const at = (protocol: string) => gateway.listeners.find((listener) => listener.protocol === protocol)?.port
    return { url: `http://127.0.0.1:${at('http')}`, httpsUrl: `https://127.0.0.1:${at('https')}` }
  }

  async #cache(url: string): Promise<string> {
    const cache = await startCache({ url })
    this.#closing.defer(() => cache.close())
    return cache.url
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#closing.disposeAsync()
  }
}

/** The configuration of `npm start`. With two doors this machine stands for the network, and gets no exception. */
function configuration(upstream: string, { doors, filed }: Setting): string {
  return `
listen: [http://127.0.0.1:0${doors ? ', https://127.0.0.1:0' : ''}]
${doors ? 'tls: { cert: cert.pem, key: key.pem }\nloopback: never' : ''}
store: ${filed ? 'sqlite:./coatcheck.db' : 'memory'}
sites:
  - upstream: ${upstream}
    public: [/images/*]
    expose: [theme]
    idParameters: [sid]
    login: { method: POST, path: /login, user: { field: user }, success: { status: [303] } }
    logout: { path: /logout }
`
}

function named(url: string | undefined): string {
  return (url ?? '').replace('127.0.0.1', HOST)
}

async function copyStore(folder: string): Promise<Buffer> {
  const files = (await readdir(folder)).filter((name) => !name.endsWith('.pem'))
  return Buffer.concat(await Promise.all(files.map((name) => readFile(join(folder, name)))))
}

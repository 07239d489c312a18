/** For the tests beside the shop: a shop that is closed again, and a person with a browser in it. */
import { Browser, type Page } from '../../attacks/lib/browser.ts'
import { header, type Response, send } from '../../attacks/lib/http.ts'
import type { LeakyOptions } from './options.ts'
import { type LeakyShop, startLeakyShop } from './shop.ts'

export async function withShop(options: Partial<LeakyOptions>, visit: (shop: LeakyShop, person: Person) => unknown) {
  const shop = await startLeakyShop(options)
  try {
    await visit(shop, new Person(shop.url))
  } finally {
    await shop.close()
  }
}

export class Person {
  readonly browser = new Browser()
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  get(path: string): Promise<Page> {
    return this.browser.load(this.#url + path, { follow: false })
  }

  post(path: string, fields: Record<string, string> = {}): Promise<Page> {
    const from = `${this.#url}/`
    return this.browser.load(this.#url + path, { method: 'POST', fields: Object.entries(fields), from, follow: false })
  }

  signIn(user = 'alice'): Promise<Page> {
    return this.post('/login', { user, password: user === 'alice' ? 'wonderland' : 'builder' })
  }

  /** The session id in the browser's cookie. */
  id(): string | undefined {
    return this.browser.jar.all().find(({ name }) => name === 'shopsid')?.value
  }

  async whoami(): Promise<string | null> {
    return JSON.parse((await this.get('/whoami')).body).user
  }
}

/** Asks with a session id, and nothing else. */
export function ask(shop: LeakyShop, path: string, id?: string): Promise<Response> {
  return send({ url: shop.url + path, headers: id === undefined ? [] : [['Cookie', `shopsid=${id}`]] })
}

export async function whoHas(shop: LeakyShop, id: string | undefined): Promise<string | null> {
  return JSON.parse((await ask(shop, '/whoami', id)).body).user
}

export function setCookie(response: Response): string {
  return header(response, 'set-cookie') ?? ''
}

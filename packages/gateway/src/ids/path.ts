// Session ids in the path: `/page;jsessionid=…` of Java, `/(S(…))/page.aspx` of ASP.NET's cookieless sessions. What an
// attacker plants with a link does not reach the application (G2).
//
// An id is taken out before the path is read (G1), so that rules, readings and the application all see the same one. It is
// taken out where every server would find it in the same place; where some would and others would not, where a dot segment
// hid behind it, or where two of them may be read one after the other (CVE-2023-36899), the request is refused.

import { Refusal } from '../refusal.ts'

/** `(S(…))`, and several in one: `(A(…)S(…)F(…))`. ASP.NET 1.1 and Mono have the id alone in the brackets. */
const SEGMENT = /^\((?:(?:[A-Z]\([^()/]*\))+|[a-z0-9]{24})\)$/i
const BEGINS_SEGMENT = /\/\((?:[a-z]\(|[a-z0-9]{24}\))/i

export class PathIds {
  readonly #names: ReadonlySet<string>
  readonly #cookieless: boolean

  /**
   * @param names - of path parameters
   * @param cookieless - whether the server takes ids from segments
   */
  constructor(names: readonly string[], cookieless: boolean) {
    this.#names = new Set(names.map((name) => name.toLowerCase()))
    this.#cookieless = cookieless
  }

  /** Whether it is worth a look: nearly no address is. */
  mayBeIn(address: string): boolean {
    if (this.#cookieless && (address.includes('(') || address.includes('%'))) return true
    return this.#names.size > 0 && (address.includes(';') || address.includes('%'))
  }

  /**
   * The path without ids.
   *
   * @param path - as it came, without query
   * @throws Refusal 400 where it is not certain what the application would take for an id
   * @example new PathIds(['jsessionid'], false).removedFrom('/cart;jsessionid=1/list') // '/cart/list'
   */
  removedFrom(path: string): string {
    const left =
      this.#names.size === 0
        ? path
        : path
            .split('/')
            .map((segment) => this.#withoutParameters(segment))
            .join('/')
    return this.#cookieless ? withoutSegments(left) : left
  }

  #withoutParameters(segment: string): string {
    const [name = '', ...parameters] = segment.split(';')
    const kept = parameters.filter((parameter) => !this.#isId(parameter))
    const left = kept.length === parameters.length ? segment : [name, ...kept].join(';')
    if (left !== segment && /^(?:\.|%2e){1,2}$/i.test(name)) throw ambiguous()
    // Servers that decode before they look for parameters find one here, and others do not.
    const hidden = left.split(/;|%3b/i).slice(1)
    if (hidden.length > kept.length && hidden.some((parameter) => this.#isId(parameter))) throw ambiguous()
    return left
  }

  #isId(parameter: string): boolean {
    const equals = parameter.search(/=|%3d/i)
    const name = equals === -1 ? parameter : parameter.slice(0, equals)
    return this.#names.has(decoded(name).trim().toLowerCase())
  }
}

function withoutSegments(path: string): string {
  const segments = path.split('/')
  const kept = segments.filter((segment) => !SEGMENT.test(segment.replace(/%2[89]/g, decoded)))
  const removed = segments.length - kept.length
  // What stood behind the last one is a folder still.
  const left = removed > 0 && kept.length === 1 ? '/' : kept.join('/')
  if (removed > 1 || BEGINS_SEGMENT.test(decoded(left).replaceAll('\\', '/'))) throw ambiguous()
  return left
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function ambiguous(): Refusal {
  return new Refusal(
    400,
    'This request cannot be read in one way',
    'Its path may hold a session id, and ids are not taken from addresses.',
  )
}

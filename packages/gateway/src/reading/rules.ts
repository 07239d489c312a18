// What a path and a method mean to a site: public, a sign-in, a sign-out, or none of these. Asked of every reading of the
// path; where they disagree nobody can say what the application would do, and the request is refused (G1).

import type { LoginRule, QueryRule, Site } from '../config/config.ts'
import { compilePathPattern } from '../config/values/path-pattern.ts'
import { ParameterNames } from '../ids/parameters.ts'
import { Refusal } from '../refusal.ts'
import { comparable } from './escapes.ts'
import { coversMethod, pageExpression } from './pages.ts'
import { readings } from './readings.ts'
import { servers } from './servers/index.ts'

/** What a request's path and method mean to a site. */
export interface Meaning {
  readonly isPublic: boolean
  readonly login: LoginRule | null
  readonly logout: boolean
  /** Whether other sites may send forms to the path (R8), whatever the method. */
  readonly isCallback: boolean
}

export interface Path {
  /** In canonical form, without query. */
  readonly path: string
  /** As it came. */
  readonly rawPath: string
  /** Whether every server reads it in the same way. */
  readonly plain: boolean
  /** With its question mark, or empty. Absent where a rule is asked for a path alone: then any query will do. */
  readonly query?: string
}

export type Rules = Pick<Site, 'server' | 'public' | 'login' | 'logout'> & Partial<Pick<Site, 'callbacks'>>

/** @returns a function that throws Refusal 400 where the path's readings mean different things */
export function compileRules(site: Rules): (method: string, path: Path) => Meaning {
  const { ignoreCase } = servers[site.server]
  const publics = site.public.map((pattern) => compilePathPattern(pattern, { ignoreCase }))
  const logins = site.login.map((rule) => ({ rule, page: pageExpression(rule.path) }))
  const logouts = site.logout.map((rule) => ({
    rule,
    page: pageExpression(rule.path),
    asksFor: rule.query === undefined ? null : queryExpression(rule.query),
  }))
  // As strictly as public paths: where another spelling of one is taken for none, its forms come as strangers'.
  const callbacks = (site.callbacks ?? []).map((pattern) => compilePathPattern(pattern, { ignoreCase }))
  const read = (method: string, path: string, folded: string, query: string | undefined): Meaning => {
    let login: LoginRule | null = null
    for (const { rule, page } of logins) {
      if (login === null && coversMethod(rule.method, method) && page.test(folded)) login = rule
    }
    return {
      isPublic: publics.some((pattern) => pattern.test(path)),
      login,
      logout: logouts.some(
        ({ rule, page, asksFor }) =>
          coversMethod(rule.method, method) && page.test(folded) && (asksFor === null || asksFor(query)),
      ),
      isCallback: callbacks.some((pattern) => pattern.test(path)),
    }
  }
  const readOne = (method: string, way: string, query: string | undefined): Meaning => {
    const path = comparable(way, ignoreCase)
    return read(method, path, ignoreCase ? path : comparable(way, true), query)
  }
  return (method, { path, rawPath, plain, query }) => {
    if (plain) return read(method, path, path, query)
    const all = readings(path, rawPath, site.server)
    if (all === null) throw ambiguous('Its path can be taken for too many others')
    const first = readOne(method, all[0]!, query)
    for (let i = 1; i < all.length; i++) {
      const other = readOne(method, all[i]!, query)
      if (
        other.isPublic !== first.isPublic ||
        other.login !== first.login ||
        other.logout !== first.logout ||
        other.isCallback !== first.isCallback
      ) {
        throw ambiguous('Its path means different things to different servers')
      }
    }
    return first
  }
}

/** As leniently as servers compare: who is taken to sign out wrongly signs in again. */
function queryExpression({ name, value }: QueryRule): (query: string | undefined) => boolean {
  const names = new ParameterNames([name])
  const wanted = value?.toLowerCase()
  return (query) => {
    if (query === undefined) return true
    const values = names.valuesIn(query)
    return wanted === undefined ? values.length > 0 : values.some((one) => one.trim().toLowerCase() === wanted)
  }
}

function ambiguous(what: string): Refusal {
  return new Refusal(400, 'This request cannot be read in one way', `${what}.`)
}

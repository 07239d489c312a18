// What a path and a method mean to a site: public, a sign-in, a sign-out, or none of these. Asked of every reading of the
// path; where they disagree nobody can say what the application would do, and the request is refused (G1).

import type { LoginRule, LogoutRule, QueryRule, Site } from '../config/config.ts'
import { compilePathPattern } from '../config/values/path-pattern.ts'
import { ParameterNames } from '../ids/parameters.ts'
import { Refusal } from '../refusal.ts'
import { comparable } from './escapes.ts'
import { coversMethod, pageExpression } from './pages.ts'
import { readings } from './readings.ts'
import { servers } from './servers/index.ts'

/** What a request's path and method mean to a site, and which of its rules say so. */
export interface Meaning {
  readonly isPublic: boolean
  readonly login: LoginRule | null
  /** Those that count, the first that fits, where the form is not that of `login`. */
  readonly otherLogins: readonly LoginRule[]
  readonly logout: boolean
  /** Whether other sites may send forms to the path (R8), whatever the method. */
  readonly isCallback: boolean
  /** The pattern of `public`, the rule of `logout` and the pattern of `callbacks` that cover it, each the first one. */
  readonly publicBy: string | null
  readonly logoutBy: LogoutRule | null
  readonly callbackBy: string | null
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

/** One way in which a server may read a path, and what the path means then. */
export interface Reading {
  readonly path: string
  readonly meaning: Meaning
}

export type Rules = Pick<Site, 'server' | 'public' | 'login' | 'logout'> & Partial<Pick<Site, 'callbacks'>>

/** @returns a function that throws Refusal 400 where the path's readings mean different things */
export function compileRules(site: Rules): (method: string, path: Path) => Meaning {
  const { ofPlain, ofReading } = compile(site)
  return (method, { path, rawPath, plain, query }) => {
    if (plain) return ofPlain(method, path, query)
    const all = readings(path, rawPath, site.server)
    if (all === null) throw ambiguous('Its path can be taken for too many others')
    const first = ofReading(method, all[0]!, query)
    for (let i = 1; i < all.length; i++) {
      if (!agree(first, ofReading(method, all[i]!, query))) {
        throw ambiguous('Its path means different things to different servers')
      }
    }
    return first
  }
}

/**
 * What `compileRules` compares, for people who ask why: every reading with its meaning, that of the path as it is forwarded
 * first. Null where the readings are too many.
 */
export function compileReadings(site: Rules): (method: string, path: Path) => readonly Reading[] | null {
  const { ofPlain, ofReading } = compile(site)
  return (method, { path, rawPath, plain, query }) => {
    if (plain) return [{ path, meaning: ofPlain(method, path, query) }]
    const all = readings(path, rawPath, site.server)
    return all?.map((way) => ({ path: way, meaning: ofReading(method, way, query) })) ?? null
  }
}

type MeaningOf = (method: string, path: string, query: string | undefined) => Meaning

function compile(site: Rules): { readonly ofPlain: MeaningOf; readonly ofReading: MeaningOf } {
  const { ignoreCase } = servers[site.server]
  const compiled = (pattern: string) => ({ pattern, expression: compilePathPattern(pattern, { ignoreCase }) })
  const publics = site.public.map(compiled)
  const logins = site.login.map((rule) => ({ rule, page: pageExpression(rule.path) }))
  const logouts = site.logout.map((rule) => ({
    rule,
    page: pageExpression(rule.path),
    asksFor: rule.query === undefined ? null : queryExpression(rule.query),
  }))
  // As strictly as public paths: where another spelling of one is taken for none, its forms come as strangers'.
  const callbacks = (site.callbacks ?? []).map(compiled)
  const read = (method: string, path: string, folded: string, query: string | undefined): Meaning => {
    const publicBy = first(publics, path)
    const login = firstRule(logins, method, folded)
    const logoutBy = firstRule(logouts, method, folded, query)
    const callbackBy = first(callbacks, path)
    return {
      isPublic: publicBy !== null,
      login,
      otherLogins: login?.form === undefined ? NONE : laterRules(logins, login, method, folded),
      logout: logoutBy !== null,
      isCallback: callbackBy !== null,
      publicBy,
      logoutBy,
      callbackBy,
    }
  }
  return {
    ofPlain: (method, path, query) => read(method, path, path, query),
    ofReading: (method, way, query) => {
      const path = comparable(way, ignoreCase)
      return read(method, path, ignoreCase ? path : comparable(way, true), query)
    },
  }
}

function first(patterns: readonly { pattern: string; expression: RegExp }[], path: string): string | null {
  for (const { pattern, expression } of patterns) if (expression.test(path)) return pattern
  return null
}

function firstRule<Rule extends LoginRule | LogoutRule>(
  rules: readonly { rule: Rule; page: RegExp; asksFor?: ((query: string | undefined) => boolean) | null }[],
  method: string,
  folded: string,
  query?: string,
): Rule | null {
  for (const { rule, page, asksFor } of rules) {
    if (!coversMethod(rule.method, method) || !page.test(folded)) continue
    if (asksFor === undefined || asksFor === null || asksFor(query)) return rule
  }
  return null
}

const NONE: readonly never[] = Object.freeze([])

/** The rules behind one that asks for a form, as far as the first that takes any. */
function laterRules(
  rules: readonly { rule: LoginRule; page: RegExp }[],
  before: LoginRule,
  method: string,
  folded: string,
): readonly LoginRule[] {
  const covering = rules.map(({ rule, page }) => (coversMethod(rule.method, method) && page.test(folded) ? rule : null))
  const later = covering.slice(covering.indexOf(before) + 1).filter((rule) => rule !== null)
  const last = later.findIndex((rule) => rule.form === undefined)
  return last === -1 ? later : later.slice(0, last + 1)
}

/** Whether two readings come to the same: by which pattern is no matter. */
function agree(a: Meaning, b: Meaning): boolean {
  const { otherLogins } = a
  return (
    a.isPublic === b.isPublic &&
    a.login === b.login &&
    otherLogins.length === b.otherLogins.length &&
    otherLogins.every((rule, i) => rule === b.otherLogins[i]) &&
    a.logout === b.logout &&
    a.isCallback === b.isCallback
  )
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

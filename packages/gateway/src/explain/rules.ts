// The rules of a site that cover a path, each with the key that says so.

import type { LoginRule, LogoutRule, Site, SuccessSign } from '../config/config.ts'
import type { Meaning } from '../reading/rules.ts'
import type { Origin, Origins } from './origin.ts'

export interface ExplainedRule {
  readonly kind: 'public' | 'sign-in' | 'sign-out' | 'callback'
  /** What it covers: a pattern, or a method and a pattern. */
  readonly covers: string
  readonly origin: Origin
  /** What else it says: sentences. */
  readonly says: readonly { readonly what: string; readonly origin: Origin }[]
}

export function rulesOf(site: Site, meaning: Meaning, origins: Origins): ExplainedRule[] {
  const rules: ExplainedRule[] = []
  const { publicBy, login, logoutBy, callbackBy } = meaning
  if (publicBy !== null) rules.push(pattern('public', publicBy, site.public, origins))
  if (callbackBy !== null) rules.push(pattern('callback', callbackBy, site.callbacks, origins))
  const logins = login === null ? [] : [login, ...meaning.otherLogins]
  rules.push(...logins.map((rule) => signIn(rule, site.login.indexOf(rule), origins)))
  if (logoutBy !== null) rules.push(signOut(logoutBy, site.logout.indexOf(logoutBy), origins))
  return rules
}

function pattern(kind: 'public' | 'callback', covers: string, all: readonly string[], origins: Origins): ExplainedRule {
  const key = kind === 'public' ? 'public' : 'callbacks'
  return { kind, covers, origin: origins.ofKey(key, all.indexOf(covers)), says: [] }
}

function signIn(
  { method, path, form, user, remember, success, continues }: LoginRule,
  j: number,
  origins: Origins,
): ExplainedRule {
  const origin = (...part: string[]) => origins.ofRulePart('login', j, ...part)
  const says = [
    ...(form === undefined ? [] : [{ what: `its form has ${fieldsOf(form)}`, origin: origin('form') }]),
    { what: who(user), origin: user === undefined ? origin('path') : origin('user') },
    ...(remember === undefined
      ? []
      : [{ what: `the session outlives the browser where ${remember} is checked`, origin: origin('remember') }]),
    { what: `success is an answer that ${signs(success)}`, origin: origin('success') },
    ...(continues === undefined
      ? []
      : [{ what: `a second step follows an answer that ${signs(continues)}`, origin: origin('continues') }]),
  ]
  return { kind: 'sign-in', covers: `${method} ${path}`, origin: origin('path'), says }
}

function signOut({ method, path, query }: LogoutRule, j: number, origins: Origins): ExplainedRule {
  const covers = `${method ?? 'any method'} ${path}`
  const origin = (part: string) => origins.ofRulePart('logout', j, part)
  const parameter = query?.value == null ? query?.name : `${query.name}=${query.value}`
  const says = query === undefined ? [] : [{ what: `the address has ${parameter}`, origin: origin('query') }]
  return { kind: 'sign-out', covers, origin: origin('path'), says }
}

/** @example fieldsOf({ do: 'login', u: '*' }) // 'do: login and any u' */
export function fieldsOf(form: Readonly<Record<string, string>>): string {
  const fields = Object.entries(form).map(([name, value]) => (value === '*' ? `any ${name}` : `${name}: ${value}`))
  return fields.join(' and ')
}

function who(user: LoginRule['user']): string {
  if (user === undefined) return 'nothing says who signs in'
  return user.remembered ? 'the user is whom the step before named' : `the user is in the field ${user.field}`
}

function signs({ status, setsCookie, location }: SuccessSign): string {
  const all = [
    ...(status === undefined ? [] : [`has the status ${status.join(' or ')}`]),
    ...(setsCookie === undefined ? [] : [`sets ${setsCookie}`]),
    ...(location === undefined ? [] : [`leads to ${location}`]),
  ]
  return all.join(', ')
}

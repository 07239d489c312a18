// Checks of a site's sign-in and sign-out rules, its public paths and its exposed cookies against one another (G2, G3).

import { comparable } from '../../reading/escapes.ts'
import { pageExpression } from '../../reading/pages.ts'
import { servers } from '../../reading/servers/index.ts'
import type { Draft, DraftSite } from '../draft.ts'
import { isLoginRule, type LoginDraft, mergeLogin } from '../merge.ts'
import { presets } from '../presets/index.ts'
import type { Finding, KeyPath } from '../problem.ts'
import { patternsMeet } from '../values/cookie-pattern.ts'
import { parseUserField } from '../values/name.ts'
import { compilePathPattern } from '../values/path-pattern.ts'
import { Refused } from '../values/refused.ts'

export function checkSignIn({ sites }: Draft): Finding[] {
  return sites.flatMap((site, i) => [
    ...rulesAreWhole(site, i),
    ...formsAreDescribed(site, i),
    ...stepsFitTogether(site, i),
    ...rulesAreNotPublic(site, i),
    ...callbacksAreNotPublic(site, i),
    ...vaultStaysShut(site, i),
  ])
}

/** The rules of a site that can be read, each with the path at which it stands in the file. */
export function loginRules({ preset, login }: DraftSite, i: number): { rule: LoginDraft; path: KeyPath }[] {
  if (preset === undefined || login === undefined) return []
  const rules = mergeLogin(presets[preset], login)
  return rules.map((rule, j) => ({ rule, path: ['sites', i, 'login', ...(rules.length > 1 ? [j] : [])] }))
}

function rulesAreWhole(site: DraftSite, i: number): Finding[] {
  return loginRules(site, i).flatMap(({ rule, path }): Finding[] => {
    if (isLoginRule(rule)) return []
    if (rule.path === undefined) {
      const remedy = 'add path: /login, the address to which the sign-in form is sent'
      return [{ path: [...path, 'path'], at: 'value', what: 'is missing', remedy }]
    }
    return [
      {
        path: [...path, 'success'],
        at: 'value',
        what: 'names no sign of success, so that a wrong password would count as a sign-in',
        remedy:
          'say how the answer to a good sign-in differs from that to a bad one: ' +
          'success: { status: [302], setsCookie: auth }',
      },
    ]
  })
}

/** A form without fields is any form, and a field without a value is not looked for. */
function formsAreDescribed(site: DraftSite, i: number): Finding[] {
  return loginRules(site, i).flatMap(({ rule: { form }, path }): Finding[] => {
    if (form === undefined) return []
    const finding = (key: string[], what: string, remedy: string): Finding[] => [
      { path: [...path, 'form', ...key], at: 'value', what, remedy },
    ]
    const fields = Object.entries(form)
    if (fields.length === 0) return finding([], 'names no field', 'write form: { do: login }, or remove it')
    return fields.flatMap(([name, value]) => {
      const field = parseUserField(name)
      if (field instanceof Refused) return finding([name], `is no field: it ${field.what}`, field.remedy)
      if (value.trim() === '') {
        return finding([name], 'is empty', 'write the value that the form has there, or "*" for any that is not empty')
      }
      return value !== '*' && value.includes('*')
        ? finding([name], 'has "*" beside other text', 'write the whole value, or "*" alone for any')
        : []
    })
  })
}

/** A name is remembered by one rule for another, and each rule has one place where it finds the name. */
function stepsFitTogether(site: DraftSite, i: number): Finding[] {
  const rules = loginRules(site, i)
  const remembers = rules.some(({ rule }) => rule.continues !== undefined)
  const remembered = rules.some(({ rule }) => rule.user?.remembered)
  return rules.flatMap(({ rule: { user, continues }, path }): Finding[] => {
    const finding = (key: string, what: string, remedy: string): Finding[] => [
      { path: [...path, key], at: 'value', what, remedy },
    ]
    if (user !== undefined && (user.field === undefined) === (user.remembered === undefined)) {
      const what = user.field === undefined ? 'does not say where the name is' : 'says two places where the name is'
      return finding('user', what, 'write user: { field: NAME }, or user: { remembered: true } at a second step')
    }
    if (user?.remembered && !remembers) {
      const remedy =
        'add continues: { status: [302], location: /otp } to the rule of the first step, which has user.field'
      return finding('user', 'remembers whom no other rule names', remedy)
    }
    if (continues === undefined) return []
    if (Object.keys(continues).length === 0) {
      const remedy = 'write continues: { status: [302], location: /otp }'
      return finding('continues', 'names no sign, so that every answer would be that to a good password', remedy)
    }
    if (user?.field === undefined) {
      return finding('continues', 'has no name to remember', 'add user: { field: NAME } to this rule')
    }
    if (!remembered) {
      const remedy = 'add the rule of the second step: { path: /otp, user: { remembered: true }, success: … }'
      return finding('continues', 'remembers a name for no rule', remedy)
    }
    return []
  })
}

/** A public path never has a session (E9): nobody could sign in or out there. */
function rulesAreNotPublic(site: DraftSite, i: number): Finding[] {
  if (site.public === undefined || site.preset === undefined) return []
  const preset = presets[site.preset]
  const logout = (site.logout === undefined ? [] : (site.logout ?? preset.logout)).map(({ path }) => path)
  const login = loginRules(site, i).flatMap(({ rule }) => rule.path ?? [])
  return site.public.flatMap((pattern, j) => {
    const covered = [...login, ...logout].find((path) => mayMeet(pattern, path))
    if (covered === undefined) return []
    const what = `covers ${covered}, and a public path never has a session: nobody could sign in or out there`
    return [{ path: ['sites', i, 'public', j], at: 'value', what, remedy: 'make the pattern narrower, or remove it' }]
  })
}

/** Whether some path is both: sign-in paths are matched loosely (G3), so /LOGIN and /login/ are as public as /login. */
function mayMeet(pattern: string, path: string): boolean {
  const expression = compilePathPattern(pattern, { ignoreCase: true })
  const spelt = [path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`].map(example)
  return spelt.some((one) => expression.test(comparable(one, true))) || isPage(path, pattern) || isBelow(pattern, path)
}

function isPage(path: string, pattern: string): boolean {
  return pageExpression(path).test(comparable(example(pattern), true))
}

/** A path that a pattern matches. */
function example(pattern: string): string {
  return pattern.replaceAll('*', 'x')
}

/** PATH_INFO: what is below a page belongs to that page. */
function isBelow(pattern: string, path: string): boolean {
  return /\.\w+$/.test(path) && pattern.toLowerCase().startsWith(`${path.toLowerCase()}/`)
}

/** A callback is there for the session, which a public path never has. */
function callbacksAreNotPublic(site: DraftSite, i: number): Finding[] {
  if (site.public === undefined || site.callbacks === undefined || site.preset === undefined) return []
  const { ignoreCase } = servers[site.server ?? presets[site.preset].server]
  const publics = site.public.map((pattern) => ({ pattern, covers: compilePathPattern(pattern, { ignoreCase }) }))
  return site.callbacks.flatMap((path, j) => {
    // A segment that may be anything is tried as itself: a pattern that covers it covers them all.
    const covering = publics.find(({ covers }) => covers.test(path))
    if (covering === undefined) return []
    const what = `is public by ${covering.pattern}, and a public path never has the session that a callback is for`
    const remedy = 'make the public pattern narrower, or remove the callback'
    return [{ path: ['sites', i, 'callbacks', j], at: 'value', what, remedy }]
  })
}

/** Cookies of all platforms that are known: an open name covers none of them, whatever the application is made with. */
const PLATFORMS: readonly string[] = Object.values(presets).flatMap(({ authCookies, sessionCookies }) => [
  ...authCookies,
  ...sessionCookies,
])

/** To expose the application's session is to undo what the gateway is for. */
function vaultStaysShut(site: DraftSite, i: number): Finding[] {
  if (site.expose === undefined || site.preset === undefined) return []
  const { authCookies, sessionCookies } = presets[site.preset]
  const signs = loginRules(site, i).flatMap(({ rule }) => rule.success?.setsCookie ?? [])
  const own = [...(site.authCookies ?? []), ...(site.sessionCookies ?? [])]
  // ASP.NET reads cookie names without regard to case, so they are compared like that everywhere.
  const secret = [...authCookies, ...sessionCookies, ...own, ...signs].map((name) => name.toLowerCase())
  return site.expose.flatMap((name, j): Finding[] => {
    const path = ['sites', i, 'expose', j]
    if (/^__Host-Http-/i.test(name)) {
      const remedy = 'remove it: no page script can read a cookie with this prefix'
      return [{ path, at: 'value', what: `is "${name}", a cookie that only servers use`, remedy }]
    }
    const lower = name.toLowerCase()
    const foreign = name.endsWith('*')
      ? PLATFORMS.find((pattern) => patternsMeet(lower, pattern.toLowerCase()))
      : undefined
    if (foreign !== undefined) {
      const what = `is "${name}", which covers ${foreign}, by which a platform knows its users`
      return [{ path, at: 'value', what, remedy: 'name each cookie that page scripts need' }]
    }
    if (!secret.some((pattern) => patternsMeet(pattern, lower))) return []
    const what = `is "${name}", by which the application knows its user: it has to stay on the server`
    return [{ path, at: 'value', what, remedy: 'remove it' }]
  })
}

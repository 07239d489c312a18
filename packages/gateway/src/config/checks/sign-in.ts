// Checks of a site's sign-in and sign-out rules, its public paths and its exposed cookies against one another (G2, G3).

import type { Draft, DraftSite } from '../draft.ts'
import { isLoginRule, type LoginDraft, mergeLogin } from '../merge.ts'
import { presets } from '../presets/index.ts'
import type { Finding, KeyPath } from '../problem.ts'
import { compilePathPattern } from '../values/path-pattern.ts'

export function checkSignIn({ sites }: Draft): Finding[] {
  return sites.flatMap((site, i) => [
    ...rulesAreWhole(site, i),
    ...rulesAreNotPublic(site, i),
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

/** A public path never has a session (E9): nobody could sign in or out there. */
function rulesAreNotPublic(site: DraftSite, i: number): Finding[] {
  if (site.public === undefined || site.preset === undefined) return []
  const { ignoreCase, logout: presetLogout } = presets[site.preset]
  const logout = (site.logout === undefined ? [] : (site.logout ?? presetLogout)).map(({ path }) => path)
  const login = loginRules(site, i).flatMap(({ rule }) => rule.path ?? [])
  return site.public.flatMap((pattern, j) => {
    const expression = compilePathPattern(pattern, { ignoreCase })
    const covered = [...login, ...logout].find((path) => expression.test(path))
    if (covered === undefined) return []
    const what = `covers ${covered}, and a public path never has a session: nobody could sign in or out there`
    return [{ path: ['sites', i, 'public', j], at: 'value', what, remedy: 'make the pattern narrower, or remove it' }]
  })
}

/** To expose the application's session is to undo what the gateway is for. */
function vaultStaysShut(site: DraftSite, i: number): Finding[] {
  if (site.expose === undefined || site.preset === undefined) return []
  const { authCookies, sessionCookies } = presets[site.preset]
  const signs = loginRules(site, i).flatMap(({ rule }) => rule.success?.setsCookie ?? [])
  // ASP.NET reads cookie names without regard to case, so they are compared like that everywhere.
  const secret = new Set([...authCookies, ...sessionCookies, ...signs].map((name) => name.toLowerCase()))
  return site.expose.flatMap((name, j): Finding[] => {
    const path = ['sites', i, 'expose', j]
    if (/^__Host-Http-/i.test(name)) {
      const remedy = 'remove it: no page script can read a cookie with this prefix'
      return [{ path, at: 'value', what: `is "${name}", a cookie that only servers use`, remedy }]
    }
    if (!secret.has(name.toLowerCase())) return []
    const what = `is "${name}", by which the application knows its user: it has to stay on the server`
    return [{ path, at: 'value', what, remedy: 'remove it' }]
  })
}

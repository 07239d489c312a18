// Checks of a site's path patterns against what its server makes of paths (G1): a request that could mean two things is
// refused, and a pattern for such paths alone would never match.

import { readings } from '../../reading/readings.ts'
import { compileRules, type Meaning } from '../../reading/rules.ts'
import { servers } from '../../reading/servers/index.ts'
import { Refusal } from '../../refusal.ts'
import type { LoginRule } from '../config.ts'
import type { Draft, DraftSite } from '../draft.ts'
import { isLoginRule } from '../merge.ts'
import { presets } from '../presets/index.ts'
import type { Finding, KeyPath } from '../problem.ts'
import { loginRules } from './sign-in.ts'

export function checkPaths({ sites }: Draft): Finding[] {
  return sites.flatMap((site, i) => [...patternsCanMatch(site, i), ...signInsAreAsked(site, i)])
}

/** A path that no other pattern is likely to name. */
const SAMPLE = 'x-any-x'

/** A sign-in that another rule answers for first is never asked (G3). */
function signInsAreAsked(site: DraftSite, i: number): Finding[] {
  if (site.public === undefined || site.preset === undefined || site.logout === undefined) return []
  const server = site.server ?? presets[site.preset].server
  const rules = loginRules(site, i).flatMap(({ rule, path }) => (isLoginRule(rule) ? [{ rule, path }] : []))
  const login = rules.map(({ rule }) => rule)
  const logout = site.logout ?? presets[site.preset].logout
  const meaning = compileRules({ server, public: [], login, logout })
  return rules.flatMap(({ rule, path }): Finding[] => {
    const sample = rule.path.replace(/(?<=\/)\*{1,2}(?=\/)|\*$/g, SAMPLE)
    let found: Meaning
    try {
      found = meaning(rule.method, { path: sample, rawPath: sample, plain: false, query: '' })
    } catch (error) {
      if (error instanceof Refusal) return [] // told by the check above
      throw error
    }
    if (found.logoutBy !== null) {
      const what = `is a sign-out as well (${found.logoutBy.path}), which comes first: nobody could sign in there`
      const remedy = 'give the sign-out its method or query: logout: { path: /auth, method: DELETE }'
      const j = (site.logout ?? []).indexOf(found.logoutBy)
      const beside =
        j === -1 ? {} : { beside: ['sites', i, 'logout', ...((site.logout ?? []).length > 1 ? [j] : []), 'path'] }
      return [{ path: [...path, 'path'], at: 'value', what, remedy, ...beside }]
    }
    const first = found.login
    const isAsked = first === rule || (found.otherLogins.includes(rule) && !isWithin(rule, found.otherLogins, first))
    if (isAsked || first === null) return []
    const shadow = isWithin(rule, found.otherLogins, first) ?? first
    const what = `is never asked: ${shadow.method} ${shadow.path}, which stands before it, covers all of it`
    const remedy = 'put the narrower rule first, say with form which sign-in is meant, or remove one of the two'
    return [
      { path: [...path, 'path'], at: 'value', what, remedy, beside: rules.find((one) => one.rule === shadow)!.path },
    ]
  })
}

/** The rule before this one that takes each of its forms. */
function isWithin(rule: LoginRule, others: readonly LoginRule[], first: LoginRule | null): LoginRule | undefined {
  const at = others.indexOf(rule)
  const before = [...(first === null ? [] : [first]), ...(at === -1 ? others : others.slice(0, at))]
  return before.find(
    (other) =>
      other !== rule && Object.entries(other.form ?? {}).every(([name, value]) => covers(value, rule.form?.[name])),
  )
}

const covers = (value: string, other: string | undefined): boolean =>
  other !== undefined && (value === '*' || value === other)

function patternsCanMatch(site: DraftSite, i: number): Finding[] {
  if (site.public === undefined || site.preset === undefined || site.logout === undefined) return []
  const server = site.server ?? presets[site.preset].server
  const logins = loginRules(site, i)
  const login = logins.flatMap(({ rule }) => (isLoginRule(rule) ? [rule] : []))
  const logout = site.logout ?? presets[site.preset].logout
  const callbacks = site.callbacks ?? []
  const meaning = compileRules({ server, public: site.public, login, logout, callbacks })
  const several = (site.logout ?? []).length > 1
  type Row = [pattern: string, method: string, covers: (meaning: Meaning) => boolean, path: KeyPath]
  const patterns: Row[] = [
    ...site.public.map((pattern, j): Row => [pattern, 'GET', ({ isPublic }) => isPublic, ['sites', i, 'public', j]]),
    ...callbacks.map((one, j): Row => [one, 'GET', ({ isCallback }) => isCallback, ['sites', i, 'callbacks', j]]),
    ...logins.flatMap(({ rule, path }): Row[] =>
      isLoginRule(rule) ? [[rule.path, rule.method, (meaning) => meaning.login !== null, [...path, 'path']]] : [],
    ),
    ...(site.logout ?? []).map(({ path, method = 'GET' }, j): Row => {
      const keys = ['sites', i, 'logout', ...(several ? [j] : []), 'path']
      return [path, method, (meaning) => meaning.logout, keys]
    }),
  ]
  return patterns.flatMap(([pattern, method, covers, path]): Finding[] => {
    const sample = pattern.replace(/(?<=\/)\*{1,2}(?=\/)|\*$/g, 'x')
    if (matches(() => covers(meaning(method, { path: sample, rawPath: sample, plain: false })))) return []
    const other = readings(sample, sample, server)?.find((way) => way !== sample) ?? 'any of many pages'
    const what = `can never match: ${servers[server].description} may read ${sample} as ${other}`
    return [{ path, at: 'value', what, remedy: 'write the pattern without what can be read in two ways' }]
  })
}

function matches(ask: () => boolean): boolean {
  try {
    return ask()
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

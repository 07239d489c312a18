// Checks of a site's path patterns against what its server makes of paths (G1): a request that could mean two things is
// refused, and a pattern for such paths alone would never match.

import { readings } from '../../reading/readings.ts'
import { compileRules, type Meaning } from '../../reading/rules.ts'
import { servers } from '../../reading/servers/index.ts'
import { Refusal } from '../../refusal.ts'
import type { Draft, DraftSite } from '../draft.ts'
import { isLoginRule } from '../merge.ts'
import { presets } from '../presets/index.ts'
import type { Finding, KeyPath } from '../problem.ts'
import { loginRules } from './sign-in.ts'

export function checkPaths({ sites }: Draft): Finding[] {
  return sites.flatMap(patternsCanMatch)
}

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

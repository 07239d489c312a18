// Checks of what is done for the day on which a site moves in behind the gateway (G2).

import type { Draft, DraftSite } from '../draft.ts'
import { presets } from '../presets/index.ts'
import type { Finding } from '../problem.ts'
import { loginRules } from './sign-in.ts'

/** A longer window is no day of moving: what was stolen a month before would be adopted. */
const LONGEST_ADOPTION = 30 * 86_400_000

export function checkMovingIn({ gateway, sites }: Draft): Finding[] {
  return sites.flatMap((site, i) => {
    const { insecureAdopt } = site
    if (!insecureAdopt) return []
    const finding = (what: string, remedy: string): Finding => ({
      path: ['sites', i, 'insecureAdopt'],
      at: 'value',
      what,
      remedy,
    })
    const findings: Finding[] = []
    if (site.vault === 'report')
      findings.push(finding('has no vault to take cookies over into', 'remove vault: report'))
    if (insecureAdopt > LONGEST_ADOPTION) findings.push(finding('is longer than 30 days', 'write for example 24h'))
    if (gateway.store?.kind === 'memory') {
      findings.push(
        finding(
          'needs a store that outlives a restart: which cookies were taken over, and since when, would be forgotten',
          'add store: sqlite:./coatcheck.db',
        ),
      )
    }
    if (namesNone(site, i)) {
      const remedy = 'add authCookies: [auth], the cookies by which the application knows who is signed in'
      findings.push(finding('has nothing to take over: nothing names the cookies of the application', remedy))
    }
    return findings
  })
}

function namesNone(site: DraftSite, i: number): boolean {
  const { preset, authCookies, login } = site
  if (preset === undefined || authCookies === undefined || login === undefined) return false
  const known = presets[preset]
  if (known.authCookies.length + known.sessionCookies.length + authCookies.length > 0) return false
  return !loginRules(site, i).some(({ rule }) => rule.success?.setsCookie !== undefined)
}

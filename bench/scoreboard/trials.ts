// What is tried on every contender: the attackers' programs of attacks/, through real caches where they are about those.

import type { Attack, Report } from '../../attacks/attack.ts'
import { tappedCookie } from '../../attacks/f1-tapped-cookie.ts'
import { tappedSignIn } from '../../attacks/f1-tapped-sign-in.ts'
import { cachedCookie } from '../../attacks/f2-cached-cookie.ts'
import { cachedPage } from '../../attacks/f2-cached-page.ts'
import { neverIssued } from '../../attacks/f3-never-issued.ts'
import { plantedByCookie } from '../../attacks/f3-planted-by-cookie.ts'
import { frozenJar } from '../../attacks/f4-frozen-jar.ts'
import { revived } from '../../attacks/f4-revived.ts'
import { attributes } from '../../attacks/f5-attributes.ts'
import { guessed } from '../../attacks/f5-guessed.ts'
import { script } from '../../attacks/f5-script.ts'
import { readableStore, stolenToken } from '../../attacks/f5-stolen-store.ts'
import { apache, nginx, squid, varnish } from '../../attacks/lib/real-caches/all.ts'
import type { RealCache } from '../../attacks/lib/real-caches/start.ts'
import type { Running } from '../../attacks/scenario.ts'
import { lostUpdate } from './lost-update.ts'
import { resurrection } from './resurrection.ts'

export interface Trial {
  /** Begins with what can be asked for: `F4`, `lost-update`. */
  readonly id: string
  /** For a table. */
  readonly title: string
  /** What it means where it fails. */
  readonly means: string
  /** Which lines of the exchange decide. Default: the last ones. */
  readonly decides?: RegExp
  /** @param reach - the site, by way of a cache where there is one */
  run(reach: (cache: RealCache | null) => Promise<Running>): Promise<Report>
}

export const trials: readonly Trial[] = [
  direct(
    'F1-bookmark',
    tappedCookie,
    'F1 http after sign-in',
    'who signed in over https comes by on http, and whoever listens there owns the session',
  ),
  direct(
    'F1-sign-in',
    tappedSignIn,
    'F1 sign-in from http',
    'the site takes a sign-in on http as well, and whoever listens there has a session that is good on https',
  ),
  cached(
    'F2-cookie',
    cachedCookie,
    'F2 cookie from a cache',
    'a cache hands one user’s cookie to the next',
    /GET \/(greeting|images\/cup.svg|account)\?fresh/,
  ),
  cached(
    'F2-page',
    cachedPage,
    'F2 page from a cache',
    'a page whose developer allowed a minute in caches, and which names the user, goes to strangers',
    /GET \/greeting/,
  ),
  direct(
    'F3-planted',
    plantedByCookie,
    'F3 planted cookie',
    'the cookie from before sign-in is good after it, for whoever planted it',
  ),
  direct('F3-invented', neverIssued, 'F3 id nobody issued', 'the site adopts an id that the attacker made up'),
  direct(
    'F4-frozen',
    frozenJar,
    'F4 copy, after sign-out',
    'a copy of the cookie, made before sign-out, still opens the page',
  ),
  direct(
    'F4-revived',
    revived,
    'F4 copy, next sign-in',
    'the copy from the visit before opens the page once the user is back',
  ),
  direct(
    'F4-resurrection',
    resurrection,
    'F4 slow page over sign-out',
    'what a slow page saves or answers, after the user signed out, brings the session back',
  ),
  direct(
    'F5-attributes',
    attributes,
    'F5 attributes',
    'the cookie is not Secure, not HttpOnly, for several hosts, or outlives the browser',
  ),
  direct('F5-script', script, 'F5 a script reads it', 'what a script reads in `document.cookie` opens the page'),
  direct('F5-guessed', guessed, 'F5 guessed', 'a cookie is predicted from five others'),
  direct(
    'F5-stolen-store',
    stolenToken,
    'F5 stolen store: a token',
    'a string of the stolen store, sent as a cookie, opens the page',
  ),
  direct(
    'F5-readable-store',
    readableStore,
    'F5 stolen store: data',
    'what a visitor entered can be read in it (a card number)',
  ),
  direct(
    'lost-update',
    lostUpdate,
    'Lost update',
    'of 20 increments at the same time, all answered with 200, not all are counted',
  ),
]

/** As they come. */
const CACHES = [apache, nginx, squid, varnish]

function direct(id: string, attack: Attack, title: string, means: string): Trial {
  return {
    id,
    title,
    means,
    async run(reach) {
      const site = await reach(null)
      try {
        return await attack.run(site)
      } finally {
        await site.close()
      }
    },
  }
}

/** Until one cache gives something away. A cache that keeps nothing would prove nothing. */
function cached(id: string, attack: Attack, title: string, means: string, decides: RegExp): Trial {
  return {
    id,
    title,
    means,
    decides,
    async run(reach) {
      for (const cache of CACHES) {
        const site = await reach(cache)
        try {
          const report = await attack.run(site)
          const evidence = `${cache.name}: ${report.evidence}`
          if (report.verdict !== 'failed') return { ...report, evidence }
          if (!report.notes?.includes('a public image is a cache hit')) {
            return { ...report, verdict: 'undecided', evidence: `${cache.name} kept not even the public image` }
          }
        } finally {
          await site.close()
        }
      }
      const names = CACHES.map(({ name }) => name).join(', ')
      return {
        attack: attack.name,
        verdict: 'failed',
        evidence: `${names}: strangers get nothing; a public image is kept`,
      }
    },
  }
}

// What the gateway does with a request that it forwards, in the order in which it does it. One sentence for each thing that
// somebody who runs a site would ask about.

import { isSafe, type RequestFacts } from '@coatcheck/session'
import type { Site } from '../config/config.ts'
import type { Meaning } from '../reading/rules.ts'
import type { Target } from '../stages/canonical.ts'
import type { Origin, Origins } from './origin.ts'

export interface Consequence {
  readonly what: string
  /** Null where it is so whatever the configuration says. */
  readonly origin: Origin | null
}

export interface Case {
  readonly site: Site
  readonly meaning: Meaning
  readonly facts: RequestFacts
  readonly target: Target
  readonly origins: Origins
  readonly upstream: string
}

export function consequences(asked: Case): Consequence[] {
  const { site, meaning } = asked
  if (site.vault === 'report') return [reported(asked), forwarded(asked)]
  if (meaning.isPublic) return publicOnes(asked)
  return [
    ...callback(asked),
    ...opening(asked),
    ...signing(asked),
    forwarded(asked),
    ...cookies(asked),
    ...answer(asked),
  ]
}

function reported({ origins }: Case): Consequence {
  const what = 'nothing is protected: cookies pass as if there were no gateway, and are noted for coatcheck report'
  return { what, origin: origins.ofKey('vault') }
}

function forwarded({ site, target, facts, upstream, origins }: Case): Consequence {
  const what = `forwarded: ${facts.method} ${upstream}${target.path}${target.query}`
  return { what, origin: site.upstream === undefined ? null : origins.ofKey('upstream') }
}

function publicOnes(asked: Case): Consequence[] {
  const { site, meaning, origins } = asked
  const origin = origins.ofKey('public', site.public.indexOf(meaning.publicBy ?? ''))
  return [
    { what: 'no session is opened', origin },
    { what: 'the application gets no cookies', origin },
    forwarded(asked),
    { what: 'cookies that the answer sets are dropped; it stays as cacheable as the application says', origin },
  ]
}

function callback({ site, meaning, facts, origins }: Case): Consequence[] {
  if (!meaning.isCallback) return []
  const origin = origins.ofKey('callbacks', site.callbacks.indexOf(meaning.callbackBy ?? ''))
  const what =
    facts.method === 'POST'
      ? 'sent by another site, it is kept for a minute and answered 303 to this address, to which the cookie comes'
      : 'with the reference of a form that was kept here, it goes on as that form'
  return [{ what, origin }]
}

function opening({ facts, site, origins }: Case): Consequence[] {
  const { idle, absolute } = site.sessions
  const life = idle === 'off' ? 'it lives however long nobody uses it' : `it ends when nobody uses it for ${span(idle)}`
  const opened = facts.secure
    ? `the session of the cookie __Host-Http-${site.cookie} is opened; without it there is none, until the application sets a cookie`
    : 'the session of plain http is opened: an anonymous one, which opens nothing on https'
  const all: Consequence[] = [
    { what: opened, origin: facts.secure ? origins.ofKey('cookie') : origins.ofKey('http') },
    { what: life, origin: origins.ofShared('sessions', 'idle') },
    { what: `it ends ${span(absolute)} after its sign-in`, origin: origins.ofShared('sessions', 'absolute') },
  ]
  if (isSafe(facts.method)) return all
  const others = site.trustedOrigins.length === 0 ? '' : ` and of ${site.trustedOrigins.join(', ')}`
  const what = `with a session, only pages of this site${others} may send it (else 403)`
  return [...all, { what, origin: others === '' ? null : origins.ofKey('trustedOrigins') }]
}

function signing({ meaning, site, facts, origins }: Case): Consequence[] {
  const { login, logoutBy } = meaning
  if (logoutBy !== null) {
    const origin = origins.ofRulePart('logout', site.logout.indexOf(logoutBy), 'path')
    return [{ what: 'the session ends before the request is forwarded, whatever the application answers', origin }]
  }
  if (login !== null) {
    const j = site.login.indexOf(login)
    const origin = origins.ofRulePart('login', j, login.form === undefined ? 'path' : 'form')
    const only = login.form === undefined ? '' : 'if its form is one of the sign-ins above, '
    const what = `${only}the session's token ends before the request is forwarded; the answer carries a new one`
    const other = 'where it names another user than the one who is signed in, his whole session ends'
    return [
      { what, origin },
      { what: other, origin: null },
    ]
  }
  if (site.formsMaySignIn && facts.method === 'POST') {
    const what =
      'sent as a form by a page, it may be a sign-in, for no rule says which are: the token ends before it is ' +
      'forwarded, and nobody knows who signed in'
    return [{ what, origin: origins.ofRule(['login']) }]
  }
  if (isSafe(facts.method)) return []
  return [{ what: 'an answer that sets a new cookie changes the token', origin: null }]
}

function cookies({ site, origins, facts }: Case): Consequence[] {
  const what = "the application gets the cookies of the session's vault; of the browser's, none"
  const kept: Consequence[] = [{ what: site.expose.length === 0 ? what : `${what} but those exposed`, origin: null }]
  const exposed = site.expose.map((name): Consequence => {
    return { what: `${name} is exposed: it passes both ways`, origin: origins.ofWord('expose', name) }
  })
  if (!facts.secure) return [...kept, ...exposed]
  const leftovers =
    site.leftovers === 'delete'
      ? "the application's own cookies that the browser still has are deleted there"
      : "the application's own cookies that the browser still has are left there, and not forwarded"
  const all = [...kept, ...exposed, { what: leftovers, origin: origins.ofKey('leftovers') }]
  if (site.insecureAdopt === null) return all
  const adopted = `INSECURE: while insecureAdopt lasts (${span(site.insecureAdopt)}), they are taken over once`
  return [...all, { what: adopted, origin: origins.ofKey('insecureAdopt') }]
}

function answer({ site, meaning, origins, facts }: Case): Consequence[] {
  const all: Consequence[] = [
    {
      what: meaning.logout
        ? 'cookies that the answer sets are dropped'
        : 'cookies that the answer sets go into the vault',
      origin: null,
    },
    { what: 'the answer is private: no shared cache keeps it', origin: null },
  ]
  if (site.anonymousCaching && isSafe(facts.method)) {
    const what = 'but where it says public, and nobody has a session: then with Vary: Cookie'
    all.push({ what, origin: origins.ofKey('anonymousCaching') })
  }
  return all
}

/** @example span(5_400_000) // '90m' */
function span(milliseconds: number): string {
  const units: [string, number][] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ]
  const [unit, size] = units.find(([, size]) => milliseconds % size === 0 && milliseconds >= size) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}

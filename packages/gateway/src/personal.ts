// An answer made with a session, as it leaves: with our cookie, if there is one to send (R2), and kept by nobody but the
// visitor's own browser (R3).

import { type CachingDecision, personalCaching, varyWithCookie } from '@coatcheck/session'
import { type AnswerHeaders, answerPart } from './headers.ts'
import type { Passage } from './passage.ts'

/**
 * The answer's headers, made personal.
 *
 * @param toBrowser - other Set-Cookie lines that pass
 */
export function personal(
  passage: Passage,
  { kept, speakOfCaching }: Pick<AnswerHeaders, 'kept' | 'speakOfCaching'>,
  toBrowser: readonly string[],
): string[] {
  const { req, site, target, report, exchange } = passage
  const { cookie } = exchange
  const said = speakOfCaching ? cachingOf(kept) : NOTHING
  const decision = personalCaching({
    cacheControl: said.cacheControl,
    issuesCookie: cookie !== null || toBrowser.length > 0,
    dest: req.headers['sec-fetch-dest'] as string | undefined,
    hasValidator: said.hasValidator,
  })
  const leaving = speakOfCaching ? withoutCaching(kept, decision) : kept
  leaving.push('Cache-Control', decision.cacheControl)
  if (decision.varyCookie) leaving.push('Vary', varyWithCookie(said.vary))
  if (decision.legacyNoStore) leaving.push('Pragma', 'no-cache', 'Expires', '0')
  for (const line of toBrowser) leaving.push('Set-Cookie', line)
  if (cookie !== null) leaving.push('Set-Cookie', cookie)
  if (decision.dropped.length > 0) {
    report({ type: 'caching-removed', site: site.site.name, path: target.path, directives: decision.dropped })
  }
  return leaving
}

interface SaidOfCaching {
  readonly cacheControl: string | undefined
  readonly vary: string | undefined
  readonly hasValidator: boolean
}

const NOTHING: SaidOfCaching = Object.freeze({ cacheControl: undefined, vary: undefined, hasValidator: false })

function cachingOf(headers: readonly string[]): SaidOfCaching {
  let cacheControl: string | undefined
  let vary: string | undefined
  let hasValidator = false
  for (let i = 0; i < headers.length; i += 2) {
    const part = answerPart(headers[i] as string)
    const value = headers[i + 1] as string
    if (part === 'cache-control') cacheControl = joined(cacheControl, value)
    else if (part === 'vary') vary = joined(vary, value)
    else if (part === 'validator') hasValidator = true
  }
  return { cacheControl, vary, hasValidator }
}

/** What the decision says is written anew. */
function withoutCaching(headers: readonly string[], { varyCookie, legacyNoStore }: CachingDecision): string[] {
  return headers.filter((_, i) => {
    const part = answerPart(headers[i - (i % 2)] as string)
    if (part === 'cache-control' || part === 'shared-caching') return false
    return !(part === 'pragma' && legacyNoStore) && !(part === 'vary' && varyCookie)
  })
}

/** Several lines of a header are one list (RFC 9110 §5.3). */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`
}

// Stage 3: forms that other sites send back to this one, on the paths declared as `callbacks` (R8): a SAML response,
// OpenID Connect's `form_post`, the return from a payment.
//
// A browser withholds the Lax cookie from such a POST. So it is kept for a minute and answered 303 to the same path with
// a reference: that is a GET by which a page is loaded, to which the cookie comes. There the kept request goes on to the
// application in the GET's place, with the session. What the application sees is the POST as it was sent: its path and
// query, its body, and the truth about where it came from (Origin, Sec-Fetch-Site), for its own checks.
//
// That it is declared is what R6 asks for. The POST itself opens no session, so it can neither use nor overwrite one.
// Whether what it says was asked for (`state`, InResponseTo) the application has to check, as without a gateway: a form
// of the attacker's own can be sent to a callback too.
//
// Fetch Standard §4.4 (303 turns POST into GET); RFC 6265bis §5.2 (SameSite and redirects).

import { isForeignForm, mayCreateSession } from '@coatcheck/session'
import { onOwnHost } from '../addresses.ts'
import { withoutReference, withReference } from '../callbacks/reference.ts'
import { headersOfTheForm, resumed } from '../callbacks/resumed.ts'
import { readBody } from '../form/body.ts'
import type { Passage } from '../passage.ts'
import { Refusal } from '../refusal.ts'
import { hasBody } from '../silence.ts'

const MAX_BODY = 256 * 1024
const TOO_LONG = new Refusal(413, 'This form is too long', 'Send less at once.')
const OVER = new Refusal(
  410,
  'This form was sent on already, or too long ago',
  'Go back to the page where you began, and start there once more.',
)

/**
 * The passage on a callback's path as it goes on: as it came, or as the form that was kept.
 *
 * @param awaitsContinue - the client asks before it sends the body (RFC 9110 §10.1.1)
 * @throws Refusal 303 where a form is kept; 400, 410, 413 or 503 where none can be kept or resumed
 * @throws SessionError where the store does not answer
 */
export async function callbacks(passage: Passage, awaitsContinue: boolean): Promise<Passage> {
  const { meaning, method, facts, site } = passage
  if (meaning.isPublic || !facts.secure) return passage
  const { query, reference } = withoutReference(passage.target.query)
  const own = reference === null ? passage : { ...passage, target: { ...passage.target, query } }
  if (isForeignForm(facts, site.framePolicy !== null) && isForm(passage)) throw await keep(own, awaitsContinue)
  if (reference === null || (method !== 'GET' && method !== 'HEAD')) return own
  return resume(own, reference)
}

/** What forms can send without asking first; anything else needs the site's consent (CORS), which is no callback. */
function isForm({ req }: Passage): boolean {
  if (req.headers['content-encoding'] !== undefined) return false
  const type = req.headers['content-type'] ?? ''
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i.test(type)
}

/** The 303 behind which a form goes on. */
async function keep(passage: Passage, awaitsContinue: boolean): Promise<Refusal> {
  const { req, res, site, target, exchange } = passage
  const isLong = Number(req.headers['content-length'] ?? 0) > MAX_BODY
  if (awaitsContinue && !isLong) res.writeContinue()
  const body = isLong ? null : (await readBody(req, MAX_BODY)).whole
  if (body === null) throw refused(passage, 'too-long', TOO_LONG)
  const { path, query, authority } = target
  const request = { authority, path, query, headers: headersOfTheForm(req.rawHeaders), body: body.toString('base64') }
  const reference = (await site.kept?.keep(request, exchange.client.address)) ?? null
  if (reference === null) {
    const remedy = 'Too many forms are under way: go back in a minute, and send it again.'
    throw refused(passage, 'full', new Refusal(503, 'This form cannot be taken now', remedy, [['Retry-After', '60']]))
  }
  return new Refusal(303, 'Your form is on its way', 'It goes on by itself.', [
    ['Location', onOwnHost(path + withReference(query, reference))],
    ['Referrer-Policy', 'no-referrer'],
  ])
}

async function resume(passage: Passage, reference: string): Promise<Passage> {
  const { req, site, method, target, facts } = passage
  // Where the cookie does not come (an image, a frame elsewhere) the form would be spent without its session.
  if (method !== 'GET' || hasBody(req) || !mayCreateSession(facts, site.trustedOrigins, site.framePolicy !== null)) {
    const title = 'This is no page that can be asked for like that'
    throw refused(passage, 'not-a-visit', new Refusal(400, title, OVER.remedy))
  }
  const kept = await site.kept?.take(reference, target)
  if (kept == null) throw refused(passage, 'over', OVER)
  return {
    ...passage,
    method: 'POST',
    target: { ...target, query: kept.query },
    meaning: site.meaning('POST', target),
    resumed: resumed(kept),
  }
}

function refused(
  { site, target, report }: Passage,
  why: 'too-long' | 'full' | 'over' | 'not-a-visit',
  refusal: Refusal,
) {
  report({ type: 'callback-refused', site: site.site.name, path: target.path, why })
  return refusal
}

/** The reverse: the session that https issued, presented on http. Where it opens, its page crosses the wire in clear. */
import { defineAttack } from './attack.ts'
import { brief, settle, spoils } from './lib/people.ts'

export const httpsCookieOnHttp = defineAttack('F1 https cookie on http', ['doors'], async (target) => {
  const https = { ...target, url: target.doors!.https }
  const victim = await settle(https)
  const cookies = victim.browser.jar.pairs(https.url)
  const got = await spoils({ ...target, url: target.doors!.http }, victim, cookies)
  if (got) return { got: true, evidence: `over http ${got}, to the cookie of https: ${brief(cookies)}` }
  return { got: false, evidence: `${brief(cookies)} of https opens nothing on http` }
})

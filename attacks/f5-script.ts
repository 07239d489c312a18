/** A script on the page (an advertisement, an XSS) sends `document.cookie` to the attacker. */
import { defineAttack } from './attack.ts'
import { at, brief, settle, spoils } from './lib/people.ts'

export const script = defineAttack('F5 a script reads the cookie', [], async (target) => {
  const victim = await settle(target)
  const readable = victim.browser.jar.forScript(at(target, target.secret.path))
  const got = readable.length > 0 ? await spoils(target, victim, readable) : undefined
  if (got) return { got: true, evidence: `${got}, to document.cookie: ${brief(readable)}` }
  return { got: false, evidence: `document.cookie is "${brief(readable)}", and opens nothing` }
})

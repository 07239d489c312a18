// Where people sign in and out (G3). Nobody is sure how an application spells its pages, so a rule covers what may be the
// same one: in any case of letters; with or without a slash (Express), a script's extension (MultiViews, friendly URLs) or
// that of a format (Rails); with anything behind a script (PATH_INFO of PHP, CGI and ASP.NET). A page taken for a sign-in
// gets a new token and no more; a sign-in that is not seen leaves a planted one good.

import { patternSource } from '../config/values/path-pattern.ts'

const SCRIPT = '(?:php\\d?|phtml|cgi|pl|py|cfm|jspx?|as[a-z]{1,2}x?|do|action|faces)'
const FORMAT = '(?:json|xml)'
const EXTENSION = new RegExp(`\\.(?:${SCRIPT}|${FORMAT})$`, 'i')

/**
 * The pages that a pattern covers, as an expression on a path in its comparable form, letters beyond ASCII in lower case.
 *
 * @example pageExpression('/login.php').test('/Login/') // true
 */
export function pageExpression(pattern: string): RegExp {
  if (pattern.endsWith('*')) return new RegExp(`^${patternSource(pattern, true)}`, 'i')
  const page = pattern.replace(/\/$/, '').replace(EXTENSION, '')
  return new RegExp(`^${patternSource(page, true)}(?:/?|\\.${SCRIPT}(?:/.*)?|\\.${FORMAT}/?)$`, 'i')
}

/** A form can send GET and POST alone: frameworks read the other methods from a field or header of a POST. */
export function coversMethod(ruleMethod: string | undefined, method: string): boolean {
  if (ruleMethod === undefined || ruleMethod === method) return true
  return method === 'POST' && (ruleMethod === 'PUT' || ruleMethod === 'PATCH' || ruleMethod === 'DELETE')
}

// Where people sign in and out, as loosely as servers compare paths.

import { compilePathPattern } from './path-pattern.ts'

/**
 * Nobody knows what serves the site (IIS apart, whose readings `sites.ts` has): so in any case of letters, with or without
 * a slash at the end (Express), and with anything behind a script (PATH_INFO of PHP and CGI). A page taken for a sign-in
 * gets a new token and no more; a sign-in that is not seen leaves a planted one good (G3).
 */
export function signPath(pattern: string, isIis: boolean): (path: string) => boolean {
  const expression = compilePathPattern(pattern, { ignoreCase: true })
  if (isIis) return (path) => expression.test(path)
  return (path) => {
    const page = path.replace(/(\.(?:php\d?|phtml|cgi|pl|jsp|cfm))\/.*$/i, '$1')
    return [path, page, page.endsWith('/') ? page.slice(0, -1) : `${page}/`].some((spelt) => expression.test(spelt))
  }
}

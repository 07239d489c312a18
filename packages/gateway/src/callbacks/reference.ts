// Where the browser carries the reference of what is kept for it: in the last parameter of the query, behind the
// application's own, which pass byte for byte. The path stays as it was, so that a page that answers there finds its
// relative links.

/** No application is likely to have a parameter of this name; on the paths of `callbacks` none reaches it. */
const PARAMETER = 'coatcheck-resume='

/**
 * @param query - with its question mark, or empty
 * @example withReference('?a=1', 'xyz') // '?a=1&coatcheck-resume=xyz'
 */
export function withReference(query: string, reference: string): string {
  return `${query.length > 1 ? `${query}&` : '?'}${PARAMETER}${reference}`
}

/**
 * A query apart: what is the application's, and the reference, null where there is none.
 *
 * @example withoutReference('?a=1&coatcheck-resume=xyz') // { query: '?a=1', reference: 'xyz' }
 */
export function withoutReference(query: string): { readonly query: string; readonly reference: string | null } {
  let reference: string | null = null
  if (!query.includes(PARAMETER)) return { query, reference }
  const own = query
    .slice(1)
    .split('&')
    .filter((part) => {
      if (!part.startsWith(PARAMETER)) return true
      reference = part.slice(PARAMETER.length)
      return false
    })
  return { query: own.length === 0 ? '' : `?${own.join('&')}`, reference }
}

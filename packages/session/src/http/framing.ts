// Who may show a site in a frame (R1, `embedded`).
//
// Said in a Content-Security-Policy of its own beside whatever the application says: of several policies each has to
// allow a thing, so an application that is stricter stays so, and one with `frame-ancestors 'none'` still can't be framed.
// X-Frame-Options knows no list of origins; where it stands beside frame-ancestors browsers ignore it, and old ones
// would obey it and show nothing: it goes.
//
// CSP Level 3 §6.4.2 (frame-ancestors); RFC 7034.

/**
 * The policy of a site that may be shown in frames of these origins, and of its own.
 *
 * @param embedded - exact origins, as browsers write them
 * @returns the value of a Content-Security-Policy header; null where the list is empty and nothing is to be said
 * @example
 * framePolicy(['https://lms.example']) // "frame-ancestors 'self' https://lms.example"
 */
export function framePolicy(embedded: readonly string[]): string | null {
  return embedded.length === 0 ? null : `frame-ancestors 'self' ${embedded.join(' ')}`
}

// PHP 4 and 5 look for an id in more places than parameters: where none is in a cookie, a query or a form, they search the
// address as it came for the first `NAME=`, in a path, in a value, behind any other letters, and take what follows as far as
// the next slash, question mark or backslash (php_session_start in `ext/session/session.c`; later versions mean to and do
// not: 8.2 was tried). `/index.php/PHPSESSID=x/` plants an id there, and so does `/?next=PHPSESSID=x/`.

/** Finds in an address what PHP would take for an id. */
export class AddressIds {
  readonly #marks: readonly string[]

  /** @param names - of the application's session cookie */
  constructor(names: readonly string[]) {
    this.#marks = names.map((name) => `${name}=`)
  }

  /**
   * Whether the address, path and query, holds an id.
   *
   * @example new AddressIds(['PHPSESSID']).isIn('/a.php/PHPSESSID=planted/') // true
   */
  isIn(address: string): boolean {
    return this.#marks.some((mark) => {
      const at = address.indexOf(mark)
      return at !== -1 && /[/?\\]/.test(address.slice(at + mark.length))
    })
  }
}

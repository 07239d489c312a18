// What looks like a sign-in or a sign-out: a form with a password in it, an answer that deletes cookies. Of a form only
// the names of its fields are looked at.

import type { SetCookie } from '../vault/set-cookie.ts'
import { type Mutable, Notes, type ObservedSignIn, type ObservedSignOut } from './observed.ts'

const MAX_PLACES = 50
const MAX_NAMES = 20

type SignIn = Mutable<Omit<ObservedSignIn, 'sets'>> & { sets: Map<string, Set<number>> }
type SignOut = Mutable<Omit<ObservedSignOut, 'deletes'>> & { deletes: Set<string> }

export class SignNotes {
  readonly #signIns = new Notes<SignIn>(MAX_PLACES)
  readonly #signOuts = new Notes<SignOut>(MAX_PLACES)

  /** @param fields - the names of the fields of its form */
  answer(
    request: { readonly method: string; readonly path: string; readonly fields: readonly string[] },
    status: number,
    cookies: readonly SetCookie[],
    now: number,
  ): void {
    const place = `${request.method} ${request.path}`
    const [deleted, set] = [cookies.filter(isOver), cookies.filter((cookie) => !isOver(cookie))]
    const passwordField = request.fields.find(isPassword)
    if (passwordField !== undefined) {
      const userField = request.fields.find(isUser) ?? null
      const note = this.#signIns.note(place, () => ({ requests: 0, passwordField, userField, sets: new Map() }))
      if (note === undefined) return
      note.requests++
      for (const { name } of set) {
        if (note.sets.size >= MAX_NAMES && !note.sets.has(name)) continue
        note.sets.set(name, (note.sets.get(name) ?? new Set()).add(status))
      }
    } else if (deleted.length > 0) {
      const note = this.#signOuts.note(place, () => ({ requests: 0, deletes: new Set() }))
      if (note === undefined) return
      note.requests++
      // Deleted and set again is no deletion.
      for (const { name } of deleted) {
        if (note.deletes.size < MAX_NAMES && !set.some((cookie) => cookie.name === name)) note.deletes.add(name)
      }
    }

    function isOver({ value, expires }: SetCookie): boolean {
      return value === '' || (expires !== null && expires <= now)
    }
  }

  get signIns(): Record<string, ObservedSignIn> {
    return this.#signIns.toObject((note) => ({
      ...note,
      sets: Object.fromEntries(Array.from(note.sets, ([name, statuses]) => [name, [...statuses].sort()])),
    }))
  }

  get signOuts(): Record<string, ObservedSignOut> {
    return this.#signOuts.toObject((note) => ({ ...note, deletes: [...note.deletes] }))
  }
}

function isPassword(field: string): boolean {
  return /pass(?!port)|pwd|kennwort|secret/i.test(field)
}

/** A token of the form's own often has `user` in its name too (`__RequestVerificationToken` has not). */
function isUser(field: string): boolean {
  return /user|login|mail|account|name|^log$|^uid$/i.test(field) && !/token|csrf|pass|pwd|submit|button/i.test(field)
}

/**
 * The names of a form's fields, of an urlencoded or a JSON body.
 *
 * @param body - as Latin-1
 */
export function fieldNames(contentType: string, body: string): string[] {
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(contentType)) {
    return [...new URLSearchParams(body).keys()].slice(0, 100)
  }
  if (!/^\s*application\/(?:[\w.-]+\+)?json\b/i.test(contentType)) return []
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? Object.keys(value).slice(0, 100) : []
  } catch {
    return []
  }
}

// A sign-in of which nobody can say whose it is goes no further (G3): before the application is asked where the request
// shows it, else at the answer that grants it.
//
// A body that cannot be read at all is refused at once. One without the field, or too long, is not: it may be another
// button of the page (ASP.NET's postbacks), the second step, or an article or a picture, where an application has one
// address for everything (index.php). Only its success is refused.

import type { Unnamed, UserName } from './form/user-name.ts'
import type { Passage } from './passage.ts'
import { Refusal } from './refusal.ts'

/** The application may have signed somebody in: his session does not open again. */
export class UnnamedSignIn extends Refusal {}

/** @throws Refusal where the request itself shows that nobody will know who signs in */
export function assertReadable(passage: Passage, name: UserName): void {
  if (passage.meaning.login?.user?.field === undefined || name.user !== null) return
  const { why } = name
  const isUnreadable = why === 'content-type' || why === 'content-encoding' || why === 'charset'
  if (isUnreadable || why === 'malformed' || why === 'ambiguous') throw refuseUnnamed(passage, why, false)
}

/** @param forwarded - whether the application granted it */
export function refuseUnnamed({ site, target, report }: Passage, why: Unnamed, forwarded: boolean): UnnamedSignIn {
  report({ type: 'sign-in-unnamed', site: site.site.name, path: target.path, why, forwarded })
  const [status, reason] = STATUS[why]
  const title = why === 'ambiguous' ? 'This request cannot be read in one way' : 'You are not signed in'
  return new UnnamedSignIn(status, title, `${reason} Go back to the sign-in page and try again there.`)
}

const NOT_READ = 'The form was sent in a way that cannot be read here.'
const NO_NAME = 'The form did not say who you are.'

const STATUS: Readonly<Record<Unnamed, readonly [status: number, reason: string]>> = {
  absent: [400, NO_NAME],
  empty: [400, NO_NAME],
  improper: [400, NO_NAME],
  'not-remembered': [400, 'The first step of signing in was too long ago.'],
  ambiguous: [400, 'It says two things about who you are.'],
  malformed: [400, NOT_READ],
  'too-long': [413, 'The form is too long to be read here.'],
  'content-type': [415, NOT_READ],
  'content-encoding': [415, NOT_READ],
  charset: [415, NOT_READ],
}

// An application that signs its members in as the seeds' did: a cookie with the name in it, and a page that shows it.

import type { Answer, Application } from './application.ts'
import { bodyOf } from './application.ts'

export const SIGN_IN = 'login: { path: /login, user: { field: user }, success: { status: [302], setsCookie: auth } }'
export const SIGN_OUT = 'logout: { path: /logout }'

/** `POST /login` takes any user whose password is `right`; `/logout` deletes the cookie; other paths echo cookies. */
export function withMembers(app: Application): Application {
  return app.on('POST /login', signIn).on('/logout', signOut)
}

const signIn: Answer = async (req, res) => {
  const form = new URLSearchParams(await bodyOf(req))
  if (form.get('password') === 'right') {
    res
      .writeHead(302, {
        Location: '/',
        'Set-Cookie': `auth=${encodeURIComponent(form.get('user') ?? '')}; Path=/; HttpOnly`,
      })
      .end()
  } else res.end('wrong password')
}

const signOut: Answer = (_req, res) => {
  res.setHeader('Set-Cookie', 'auth=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT').end('bye')
}

/** Sets cookies and says `set`. */
export function sets(...cookies: readonly string[]): Answer {
  return (req, res) => {
    req.resume()
    res.setHeader('Set-Cookie', cookies).end('set')
  }
}

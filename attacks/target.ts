/**
 * A site to attack, as an attacker knows it after a visit: where things are, and two accounts of his own to try with.
 *
 * The attacks know nothing else. So the same programs run against a site itself, against the same site behind
 * coatcheck, and against any other site that somebody describes here. What a target does not name, the attacks that
 * need it do not try (`Attack.needs`).
 */
import type { Form } from './lib/form.ts'

export type { Form }

export type User = { name: string; password: string }

export type Target = {
  /** The address of the site's root, `http://127.0.0.1:8080` or `https://shop.example.test:8443`. */
  url: string
  /** The machine to connect to instead of the one that the URLs name. */
  address?: string | undefined

  /** The victim, and a second user. The who-am-I page must show the name, and must not show it to strangers. */
  users: { victim: User; other: User }
  /** The sign-in form: its page, and the fields that a person fills in. The page's hidden fields are sent along. */
  signIn(user: User): Form
  /** What the sign-out button does. With `on`: the link on that page which begins so, and goes on with a token. */
  signOut: { method: 'GET' | 'POST'; path: string; on?: string }
  /** A page that names the user who asks for it. It must not be cacheable. */
  whoami: string
  /** A page that shows what was entered in private, and the form where it is entered (a card number of 16 digits). */
  secret: { path: string; enter(card: string): Form }

  /** Pages and images that a signed-in user comes by, the ones that a cache may keep among them. */
  content: string[]
  /** An image that is the same for everybody. */
  image: string

  /** The address of a page that takes that many ms, holds the session's lock, writes into the session, names the user. */
  slow?: ((ms: number) => string) | undefined

  /** Names of the application's own session cookies (behind a gateway: of the application that is behind it). */
  applicationCookies?: string[] | undefined
  /** F3: names of query parameters from which the application may take a session id. */
  idParameters?: string[] | undefined
  /** F3: a form of the site that needs no sign-in, and the field in it that may carry a session id. */
  idForm?: { path: string; fields: Record<string, string>; idField: string } | undefined

  /** F3: addresses of a page of the site from which the application may take this id. */
  plantedLinks?: ((path: string, id: string) => string[]) | undefined
  /** F3: where the application itself can be reached, behind a gateway: an id that is planted there is good there. */
  application?: string | undefined

  /** F1: the two doors of the site, under one host name that is not this machine's. */
  doors?: { http: string; https: string } | undefined
  /** F2: a shared cache that stands before the site already, on `address` too. Without it the attack brings its own. */
  front?: string | undefined
  /** F2: seconds after which a signed-in user's cookie is issued again (0: never, or unknown). */
  reissue?: number | undefined
  /** F4: seconds. What a session may live without a request, and what it may live at most. Keep both short. */
  lifetime?: { idle: number; absolute: number } | undefined
  /** F5: a page that shows a cookie's value, and the cookie's name. */
  reflects?: { path: string; cookie: string } | undefined
  /** F5: files that hold the site's sessions. */
  stores?: string[] | undefined
  /** F5: a host beside the site's own, `blog.example.test`, which the attacker runs. */
  sibling?: string | undefined
}

/** The parts of a target that not every site has. */
export type Part =
  | 'slow'
  | 'idParameters'
  | 'idForm'
  | 'plantedLinks'
  | 'doors'
  | 'lifetime'
  | 'reflects'
  | 'stores'
  | 'sibling'

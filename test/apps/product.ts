/**
 * A product as the suite knows it: how it is started, where its things are, and what a person does with it.
 *
 * The same steps are taken in Chromium with the product itself and through the gateway; the same attackers' programs
 * (`attacks/`) are played on both. A new product is a file beside this one that makes a `Product`, and a test file of
 * three lines that gives it to `suite.ts`.
 */
import type { Page } from 'playwright-core'
import type { Part, Target, User } from '../../attacks/target.ts'
import type { ServerName } from '../servers/servers.ts'

export interface Product {
  /** `Django admin` */
  readonly name: string
  /** The preset in front of it. Nothing else is configured but the upstream. */
  readonly preset: string
  /** The site's `login`, in YAML's flow style, where a preset leaves something for the site to say. */
  readonly login?: string
  /** Likewise its `logout`. */
  readonly logout?: string
  /** Likewise its `idParameters`. */
  readonly idParameters?: string
  /** Programs and products without which it cannot be started. */
  readonly needs: readonly ServerName[]
  start(paths: Record<string, string>): Promise<StartedProduct>
  /** Where things are, for the attackers' programs. */
  readonly places: Omit<Target, 'url'>
  readonly person: Person
  /** What a person does there, in a few words. */
  readonly does: { readonly work: string; readonly upload?: string }
  /** What was seen of the product itself, without the gateway: each is looked at again by the suite. */
  readonly seen: Seen
  /** Seconds that sessions live here where one is watched to its end: for a product whose pages take long. */
  readonly lifetime?: { idle: number; absolute: number }
  /** Cookies that the preset lets pass to the browser. */
  readonly exposed: readonly string[]
  /** How the product's id looks in an address, a link or a field, where it writes it there (G2). */
  readonly idsOutside?: RegExp
  /** The test that plays the attackers' programs on the product. Default: they are played here. */
  readonly attackedIn?: string
  /** What is known of it beside its `places`, when it is attacked by itself. Default: `doors`. */
  readonly alsoKnown?: readonly Part[]
  /** Attacks that come to nothing on the product itself, and why: there the gateway has nothing to cure. */
  readonly holds: Readonly<Record<string, string>>
  /** Attacks that the product leaves no room for, and why. */
  readonly inapplicable?: Readonly<Record<string, string>>
}

export interface StartedProduct {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** `Django 3.2.25` */
  readonly version: string
  /** Files that hold its sessions. */
  readonly stores?: string[]
  close(): Promise<void>
}

/** What a person does in a browser. Each step ends when its page has loaded, and fails where it does not do its work. */
export interface Person {
  /** Goes to the sign-in form, fills it in, and sends it. Says nothing of what comes. */
  signIn(page: Page, url: string, user: User): Promise<void>
  /** Writes something, with this word in it, and sees it there. */
  work(page: Page, url: string, word: string): Promise<void>
  /** Uploads the file, and resolves to the address at which it can be had back. */
  upload?(page: Page, url: string, file: UploadedFile): Promise<string>
  signOut(page: Page, url: string): Promise<void>
}

export interface UploadedFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** Cookies are named here as the product names them; a `*` stands for what differs from visit to visit. */
export interface Seen {
  /** What a stranger is given. */
  readonly strangerGets: readonly string[]
  /** What is in the browser of somebody who is signed in. */
  readonly memberHas: readonly string[]
  /** Of those, the ones that a page script can read. */
  readonly scriptReads: readonly string[]
  /** Cookies whose value is the same before and after sign-in. */
  readonly sameAfterSignIn: readonly string[]
  /** Whether what the browser held during the visit opens the product again after sign-out. */
  readonly oldCookiesOpen: boolean
}

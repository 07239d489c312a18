// What a preset is: data about a platform, nothing that runs. A site's own keys win over it (`../merge.ts`).

import type { LoginRule, LogoutRule } from '../config.ts'

export interface Preset {
  readonly name: string
  /** One line, for people who choose. */
  readonly description: string
  /** Cookies whose deletion by the application means sign-out. */
  readonly authCookies: readonly string[]
  /** Cookies in which the platform keeps the id of its session. */
  readonly sessionCookies: readonly string[]
  /** Cookies that page scripts read by design, so that the vault lets them pass. */
  readonly expose: readonly string[]
  /** Whether the platform's server takes /LOGIN.ASPX for /Login.aspx. */
  readonly ignoreCase: boolean
  /** Completed or replaced, key by key, by the site's own rule. */
  readonly login: LoginRule | null
  /** Replaced by the site's own. */
  readonly logout: readonly LogoutRule[]
}

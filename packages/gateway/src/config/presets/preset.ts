// What a preset is: data about a platform, nothing that runs. A site's own keys win over it (`../merge.ts`).

import type { ServerName } from '../../reading/servers/index.ts'
import type { LoginRule, LogoutRule } from '../config.ts'

export interface Preset {
  readonly name: string
  /** One line, for people who choose. */
  readonly description: string
  /** Cookies whose deletion by the application means sign-out. */
  readonly authCookies: readonly string[]
  /** Cookies in which the platform keeps the id of its session. */
  readonly sessionCookies: readonly string[]
  /** Where the platform takes its id beside that cookie, and writes it (G2). Absent: nowhere. */
  readonly ids?: PresetIds
  /** Cookies that page scripts read by design, so that the vault lets them pass. */
  readonly expose: readonly string[]
  /** What reads its paths (`reading/servers/`). */
  readonly server: ServerName
  /** Whether it takes `Alice` and `alice` for one user. Absent: it tells them apart, or nobody knows. */
  readonly ignoreUserCase?: true
  /** Completed or replaced, key by key, by the site's own rule. */
  readonly login: LoginRule | null
  /** Applications have sign-ins of their own beside that rule: until the site says which, any form may be one (G3). */
  readonly signInsElsewhere?: true
  /** Replaced by the site's own. */
  readonly logout: readonly LogoutRule[]
}

export interface PresetIds {
  /** Query parameters and form fields. */
  readonly parameters?: readonly string[]
  /** `jsessionid` of `/page;jsessionid=…` */
  readonly pathParameters?: readonly string[]
  /** `/(S(…))/page.aspx` */
  readonly cookieless?: true
  /** The platform searches the whole address for `NAME=`, NAME being one of the site's `idParameters`. */
  readonly anywhere?: true
}

// What a site says, completed by what its preset and the gateway say. The site's own keys win.

import type { LoginRule, SessionSettings } from './config.ts'
import type { Preset } from './presets/index.ts'
import type { FileLogin, FileSessions } from './schema-parts.ts'

const defaults: SessionSettings = {
  idle: 30 * 60_000,
  absolute: 12 * 3_600_000,
  renew: 3_600_000,
  limit: null,
  remember: { idle: 'off', absolute: 30 * 86_400_000 },
}

export function mergeSessions(gateway: FileSessions, site: FileSessions): SessionSettings {
  return {
    idle: site.idle ?? gateway.idle ?? defaults.idle,
    absolute: site.absolute ?? gateway.absolute ?? defaults.absolute,
    renew: site.renew ?? gateway.renew ?? defaults.renew,
    limit: site.limit ?? gateway.limit ?? defaults.limit,
    remember: { ...defaults.remember, ...gateway.remember, ...site.remember },
  }
}

/** A rule that may still lack what makes it one. */
export type LoginDraft = Omit<LoginRule, 'path' | 'success'> & Partial<Pick<LoginRule, 'path' | 'success'>>

/** Rules of the site replace the preset's, and each is completed by it key by key: `login: { path: /SignIn.aspx }`. */
export function mergeLogin(preset: Preset, site: readonly FileLogin[] | null): LoginDraft[] {
  if (site === null) return preset.login === null ? [] : [preset.login]
  return site.map((rule) => ({ method: 'POST', ...preset.login, ...rule }))
}

/** A sign that names nothing is none: every answer would be a sign-in. */
export function isLoginRule(rule: LoginDraft): rule is LoginRule {
  return rule.path !== undefined && Object.keys(rule.success ?? {}).length > 0
}

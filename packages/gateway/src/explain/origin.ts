// Who said so: a key in a line of the file, the site's preset, or nobody, so that a default holds.

import { type Config, presets, type Site } from '../config/index.ts'
import type { OpenConfig } from '../config/load.ts'
import { type KeyPath, renderKey } from '../config/problem.ts'

export type Origin =
  | { readonly from: 'file'; readonly file: string; readonly line: number; readonly key: string }
  | { readonly from: 'preset'; readonly preset: string }
  | { readonly from: 'default' }

export class Origins {
  readonly #source: OpenConfig['source']
  readonly #site: KeyPath
  readonly #preset: Origin
  readonly #presetKeys: (typeof presets)[keyof typeof presets]

  constructor({ config, source }: { config: Config; source: OpenConfig['source'] }, site: Site) {
    this.#source = source
    this.#site = ['sites', config.sites.indexOf(site)]
    this.#preset = { from: 'preset', preset: site.preset }
    this.#presetKeys = presets[site.preset as keyof typeof presets]
  }

  /** Of a key of the site, or of the first of several that is there; the preset's where there is none. */
  ofRule(...paths: readonly KeyPath[]): Origin {
    return this.#first(paths.map((path) => [...this.#site, ...path])) ?? this.#preset
  }

  /** Of a key of the site that no preset has. */
  ofKey(...path: KeyPath): Origin {
    return this.#first([[...this.#site, ...path]]) ?? DEFAULT
  }

  /** Of a key that the site has from the gateway where it has none of its own. */
  ofShared(...path: KeyPath): Origin {
    return this.#first([[...this.#site, ...path], path]) ?? DEFAULT
  }

  ofGateway(...path: KeyPath): Origin {
    return this.#first([path]) ?? DEFAULT
  }

  /** Of a word in a list to which the preset has words of its own. */
  ofWord(key: 'expose' | 'authCookies' | 'sessionCookies', word: string): Origin {
    return (this.#presetKeys[key] as readonly string[]).includes(word) ? this.#preset : this.ofKey(key)
  }

  /** Of a part of the j-th rule: one may stand there without a list. */
  ofRulePart(rules: 'login' | 'logout', j: number, ...part: KeyPath): Origin {
    return this.ofRule([rules, j, ...part], [rules, ...part])
  }

  #first(paths: readonly KeyPath[]): Origin | null {
    for (const path of paths) {
      const place = this.#source.place(path)
      if (place !== null) return { from: 'file', file: this.#source.file, line: place.line, key: renderKey(path) }
    }
    return null
  }
}

const DEFAULT: Origin = { from: 'default' }

/** @example renderOrigin({ from: 'preset', preset: 'php' }) // 'preset php' */
export function renderOrigin(origin: Origin): string {
  if (origin.from === 'file') return `${origin.file}:${origin.line}`
  return origin.from === 'preset' ? `preset ${origin.preset}` : 'default'
}

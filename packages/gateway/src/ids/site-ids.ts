// What a site does about session ids beside cookies, compiled once (G2). A site that names none pays nothing.

import type { Site } from '../config/config.ts'
import { AddressIds } from './address.ts'
import { ParameterNames } from './parameters.ts'
import { PathIds } from './path.ts'
import { WrittenIds } from './written.ts'

export interface SiteIds {
  readonly parameters: ParameterNames
  /** Null where the application takes no id from a path. */
  readonly path: PathIds | null
  /** Null where it does not search whole addresses for one. */
  readonly address: AddressIds | null
  /** Null where it writes none into the addresses of headers. */
  readonly written: WrittenIds | null
  /**
   * Null where it writes none into pages. An application that has to be asked with cookieless segments does not get as far
   * as a page: it begins with a redirect.
   */
  readonly inPages: WrittenIds | null
  /** Where ids were found already: each place is told of once. */
  readonly told: Set<string>
}

export function siteIds(site: Site): SiteIds {
  // A site that only reports takes nothing out of what passes.
  const { idParameters, idPathParameters, cookielessIds, idsAnywhere } = site.vault === 'report' ? NO_IDS : site
  const written = new WrittenIds({
    parameters: idParameters,
    pathParameters: idPathParameters,
    cookieless: cookielessIds,
  })
  return {
    parameters: new ParameterNames(idParameters),
    path: idPathParameters.length > 0 || cookielessIds ? new PathIds(idPathParameters, cookielessIds) : null,
    address: idsAnywhere ? new AddressIds(idParameters) : null,
    written: written.isEmpty ? null : written,
    inPages: idParameters.length + idPathParameters.length > 0 ? written : null,
    told: new Set(),
  }
}

const NO_IDS = { idParameters: [], idPathParameters: [], cookielessIds: false, idsAnywhere: false }

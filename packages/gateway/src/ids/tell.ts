// The operator should know that the application writes its ids into addresses, and can turn that off. Once for each place:
// the first page of every visitor has them.

import type { Passage } from '../passage.ts'

/** @param where - `page`, or the header's name */
export function tell({ site, target, report }: Passage, where: string): void {
  if (site.ids.told.has(where)) return
  site.ids.told.add(where)
  report({ type: 'ids-removed', site: site.site.name, path: target.path, where })
}

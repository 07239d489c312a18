// Checks across sites: which site a request belongs to, and what a name stands for, must have one answer.

import type { Draft, DraftSite } from '../draft.ts'
import type { Finding } from '../problem.ts'

export function checkSites({ sites }: Draft): Finding[] {
  return [...hostsApart(sites), ...oneForAnyHost(sites), ...namesApart(sites)]
}

export function siteName(site: Pick<DraftSite, 'name' | 'hosts'>): string | undefined {
  if (site.name === undefined || site.hosts === undefined) return undefined
  return site.name ?? site.hosts[0] ?? 'default'
}

function hostsApart(sites: Draft['sites']): Finding[] {
  const owner = new Map<string, readonly [site: number, place: number]>()
  return sites.flatMap(({ hosts }, i) =>
    (hosts ?? []).flatMap((host, j): Finding[] => {
      const first = owner.get(host)
      owner.set(host, first ?? [i, j])
      if (first === undefined) return []
      const what = `is the host "${host}", which belongs to sites[${first[0]}] already`
      const remedy =
        'a request belongs to one site: remove one of the two (case, a dot at the end, an IDN and its "xn--" form ' +
        'make no other host)'
      return [
        { path: ['sites', i, 'hosts', j], at: 'value', what, remedy, beside: ['sites', first[0], 'hosts', first[1]] },
      ]
    }),
  )
}

function oneForAnyHost(sites: Draft['sites']): Finding[] {
  const any = sites.flatMap(({ hosts }, i) => (hosts?.length === 0 ? [i] : []))
  return any.slice(1).map((i) => ({
    path: ['sites', i],
    at: 'value',
    what: `has no hosts, and neither has sites[${any[0]}]: both would answer for any host`,
    remedy: 'add hosts: [shop.example.test] to all of them but one, which answers for the rest',
    beside: ['sites', any[0]!],
  }))
}

function namesApart(sites: Draft['sites']): Finding[] {
  const owner = new Map<string, number>()
  return sites.flatMap((site, i): Finding[] => {
    const name = siteName(site)
    if (name === undefined) return []
    const first = owner.get(name)
    owner.set(name, first ?? i)
    // Two sites with one first host have been told already.
    if (first === undefined || (sites[first]!.name === null && site.name === null)) return []
    const what = `is "${name}", as for sites[${first}]: their sessions would be one another's`
    const beside = ['sites', first, ...(sites[first]!.name === null ? [] : ['name'])]
    return [{ path: ['sites', i, 'name'], at: 'value', what, remedy: 'give each site a name of its own', beside }]
  })
}

/** The ASP.NET sites that run. They take seconds to start, so attacks share them; no attack sees another's session. */
import { type AspnetSite, startAspnet } from '../../examples/aspnet/start.ts'
import { requireServers } from '../../test/servers/servers.ts'
import { Browser } from '../lib/browser.ts'
import { createCertificate } from '../lib/certificate.ts'

/** The site's host where it is attacked from the network: not this machine's name, as far as browsers can tell. */
export const HOST = 'shop.example.test'

/** Seconds. Past half of its life a ticket is renewed by whatever is asked for. */
export const TICKET = { life: 8, renewedAfter: 4.1 }

/** `usual`: with http and https, and tickets of 30 minutes. `short`: with tickets that can be watched. */
type Kind = 'usual' | 'short'

const running = new Map<Kind, Promise<AspnetSite>>()

export function sharedAspnetSite(kind: Kind): Promise<AspnetSite> {
  const site = running.get(kind) ?? start(kind)
  running.set(kind, site)
  return site
}

export async function closeAspnetSites(): Promise<void> {
  const sites = [...running.values()]
  running.clear()
  for (const site of await Promise.allSettled(sites)) if (site.status === 'fulfilled') await site.value.close()
}

async function start(kind: Kind): Promise<AspnetSite> {
  const { paths } = await requireServers('nginx', 'fastcgi-mono-server4')
  const site = await startAspnet({
    nginx: paths.nginx,
    monoFastcgi: paths['fastcgi-mono-server4'],
    ...(kind === 'short' ? { ticketSeconds: TICKET.life } : { https: { port: 0, ...createCertificate([HOST]) } }),
  })
  await compileEveryPage(site.url)
  return site
}

/** Mono compiles a page when it is asked for first. No attack is to wait for that, or to take it for a slow page. */
async function compileEveryPage(url: string): Promise<void> {
  const browser = new Browser()
  await browser.load(`${url}/Records.aspx`)
  await browser.fill(url, { page: '/Login.aspx', fields: { User: 'alice', Password: 'wonderland' } })
  await browser.fill(url, { page: '/Checkout.aspx', fields: { Card: '4000000000000000' } })
  await browser.load(`${url}/Slow.aspx?ms=0`)
  await browser.load(`${url}/Logout.aspx`)
}

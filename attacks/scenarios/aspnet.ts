/** Finch Records, the site on the seeds' own platform: as it is, and behind coatcheck. */
import { requireServers } from '../../test/servers/servers.ts'
import type { Attack } from '../attack.ts'
import type { Running, Scenario } from '../scenario.ts'
import type { Target } from '../target.ts'
import { closeAspnetSites, HOST, sharedAspnetSite, TICKET } from './aspnet-sites.ts'
import { behindCoatcheck, type Door, type SiteRules } from './behind-coatcheck.ts'

/** Where things are in the site. Behind a gateway they are in the same places. */
export const finchRecords: Omit<Target, 'url'> = {
  users: { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } },
  signIn: ({ name, password }) => ({ page: '/Login.aspx', fields: { User: name, Password: password } }),
  signOut: { method: 'GET', path: '/Logout.aspx' },
  whoami: '/WhoAmI.aspx',
  secret: { path: '/Confirmation.aspx', enter: (card) => ({ page: '/Checkout.aspx', fields: { Card: card } }) },
  content: ['/Default.aspx', '/images/logo.png', '/Records.aspx'],
  image: '/images/sleeve0.png',
  slow: (ms) => `/Slow.aspx?ms=${ms}`,
  // Not .ASPXAUTH: to what is no ticket Mono answers 500, and the victim it was planted on could not sign in at all.
  applicationCookies: ['ASP.NET_SessionId'],
  idParameters: ['ASP.NET_SessionId'],
  idForm: { path: '/Records.aspx', fields: {}, idField: 'ASP.NET_SessionId' },
}

/** The attacks that live on a ticket's end, or on its renewal: theirs lasts seconds. */
const WATCH_THE_TICKET = ["F2 cookie from a cache, the seed's nine steps", 'F4 sliding for ever']

/** Starts the site, or returns the one that runs already, so that the attack can be carried out on it. */
export async function startAspnetTarget(attack: Attack): Promise<Running> {
  const shortLived = WATCH_THE_TICKET.includes(attack.name)
  const site = await sharedAspnetSite(shortLived ? 'short' : 'usual')
  const http = site.url.replace('127.0.0.1', HOST)
  const https = site.httpsUrl?.replace('127.0.0.1', HOST)
  const twoDoors = https !== undefined && attack.needs.includes('doors')
  return {
    ...finchRecords,
    url: twoDoors ? https : site.url,
    address: '127.0.0.1',
    ...(twoDoors ? { doors: { http, https } } : {}),
    ...(shortLived ? { reissue: TICKET.renewedAfter, lifetime: { idle: TICKET.life, absolute: TICKET.life + 1 } } : {}),
    close: async () => {},
  }
}

/** All attacks share the sites, which take seconds to start. */
const missing = async () => (await requireServers('nginx', 'fastcgi-mono-server4')).skip || undefined

const NEITHER_SITE_HAS_IT = {
  'F5 a cookie is written back unencoded': 'no page of the site shows a cookie',
}

/** With nothing in front of it. */
export const aspnetDirect: Scenario = {
  name: 'ASP.NET',
  expect: 'succeeded',
  notApplicable: {
    ...NEITHER_SITE_HAS_IT,
    "F2 another user's page from a cache": 'ASP.NET says private on every page of its own accord',
    'F3 planted token, by URL': 'cookieless sessions are off, as by default: no id is taken from a URL',
    'F3 planted token, by hidden field': 'ASP.NET takes no id from a form',
    'F3 an id that nobody issued': 'Mono gives a visitor with an unknown id a new one (ASP.NET would adopt it)',
    'F5 a sibling host receives the cookie': 'neither cookie has a Domain',
    'F5 cookie outlives the browser window': 'neither cookie is persistent, unless the user asks for it',
    'F5 the next token is guessed': 'ids are 96 random bits, tickets are encrypted',
    'F5 the id is in a link or a field': 'cookieless sessions are off, as by default: no id is written into a page',
    'F5 stolen store': 'sessions are in the memory of the process (InProc, the default), and in no file',
  },
  missing,
  start: startAspnetTarget,
  close: closeAspnetSites,
}

const RULES: SiteRules = {
  preset: 'aspnet',
  public: '[/images/*, /styles/*]',
  login: '{ path: /Login.aspx, user: { field: User } }',
}

/** The same site, and coatcheck in front of it. */
export const aspnetProtected: Scenario = {
  name: 'ASP.NET behind coatcheck',
  head: 'behind coatcheck',
  expect: 'failed',
  notApplicable: NEITHER_SITE_HAS_IT,
  missing,
  start: (attack) => startAspnetProtected(attack),
  close: closeAspnetSites,
}

export async function startAspnetProtected(attack: Attack, door?: Door): Promise<Running> {
  const site = await startAspnetTarget({ ...attack, needs: [] })
  const target = await behindCoatcheck(site, RULES, attack, door)
  // What is planted in the browser does not reach the site, so a ticket that is none may be tried as well.
  return { ...target, applicationCookies: ['ASP.NET_SessionId', '.ASPXAUTH'] }
}

/** Sites that take their session's id from addresses and write it there: JSP on Tomcat, and PHP with old settings. */
import { startPhp } from '../../examples/php/start.ts'
import { startTomcat } from '../../examples/tomcat/start.ts'
import { requireServers } from '../../test/servers/servers.ts'
import type { Attack } from '../attack.ts'
import type { Running } from '../scenario.ts'
import type { Target } from '../target.ts'
import { behindCoatcheck } from './behind-coatcheck.ts'

const users = { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } }

const members: Omit<Target, 'url'> = {
  users,
  signIn: ({ name, password }) => ({ page: '/members/login.jsp', fields: { user: name, password } }),
  signOut: { method: 'GET', path: '/members/logout.jsp' },
  whoami: '/members/whoami.jsp',
  secret: {
    path: '/members/confirmation.jsp',
    enter: (card) => ({ page: '/members/checkout.jsp', fields: { card } }),
  },
  content: ['/members/index.jsp'],
  image: '/members/logo.svg',
  applicationCookies: ['JSESSIONID'],
  plantedLinks: (path, id) => [
    `${path};jsessionid=${id}`,
    `${path.replace('/members', `/members;jsessionid=${id}`)}`,
    `/;jsessionid=${id}${path}`,
    `${path};x=y;jsessionid=${id}?from=mail`,
    `${path.slice(0, 9)}x/..;jsessionid=${id}/${path.slice(9)}`,
  ],
}

export const phpSite: Omit<Target, 'url'> = {
  users,
  signIn: ({ name, password }) => ({ page: '/login.php', fields: { user: name, password } }),
  signOut: { method: 'GET', path: '/logout.php' },
  whoami: '/whoami.php',
  secret: { path: '/confirmation.php', enter: (card) => ({ page: '/checkout.php', fields: { card } }) },
  content: ['/index.php'],
  image: '/logo.svg',
  applicationCookies: ['PHPSESSID'],
  slow: (ms) => `/slow.php?ms=${ms}`,
  idParameters: ['PHPSESSID'],
  idForm: { path: '/login.php', fields: {}, idField: 'PHPSESSID' },
  plantedLinks: (path, id) => [
    `${path}?PHPSESSID=${id}`,
    `${path}?a=b&%50HPSESSID=${id}`,
    `${path}/PHPSESSID=${id}/`,
    `${path}?next=PHPSESSID=${id}/`,
  ],
}

export type Site = 'tomcat' | 'php'

/** What has to be there for a site. */
export const serversOf = (site: Site) => requireServers(site)

export async function startDirect(site: Site): Promise<Running> {
  const { paths } = await requireServers(site)
  const running = site === 'php' ? await startPhp(paths.php!) : await startTomcat(paths.tomcat!)
  return { ...(site === 'php' ? phpSite : members), url: running.url, address: '127.0.0.1', close: running.close }
}

/** In front of a site that runs already, and goes on running. */
export async function startProtected(site: Site, direct: Running, attack: Attack): Promise<Running> {
  const preset = site === 'php' ? 'php' : 'java'
  const login = site === 'php' ? '/login.php' : '/members/login.jsp'
  const rules = { preset, public: '[]', login: `{ path: ${login}, user: { field: user }, success: { status: [302] } }` }
  const target = await behindCoatcheck({ ...direct, close: async () => {} }, rules, attack)
  return { ...target, application: direct.url }
}

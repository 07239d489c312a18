/** OWASP, seed 003: "make sure that data being displayed to a user from a cookie is HTML encoded". */
import { defineAttack } from './attack.ts'
import { at, settle } from './lib/people.ts'

const SCRIPT = '<script>alert(981249305)</script>'

export const reflected = defineAttack('F5 a cookie is written back unencoded', ['reflects'], async (target) => {
  const { browser } = await settle(target)
  const { path, cookie } = target.reflects!
  const { hostname, protocol } = new URL(target.url)
  // As a sibling host or a borrowed machine could set it.
  const rest = { domain: hostname, hostOnly: true, path: '/', secure: protocol === 'https:', httpOnly: false } as const
  const times = { sameSite: 'lax', expires: undefined, created: Date.now() } as const
  browser.jar.plant([{ name: cookie, value: encodeURIComponent(SCRIPT), ...rest, ...times }])

  const page = await browser.load(at(target, path))
  const got = page.status < 400 && page.body.includes(SCRIPT)
  return { got, evidence: `${path} ${got ? 'runs' : 'does not run'} the script that was in the cookie ${cookie}` }
})

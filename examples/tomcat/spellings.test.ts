/** Every spelling in which Tomcat takes an id from a path, sent to Tomcat itself and through the gateway. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { type Gateway, parseConfig, startGateway } from '@coatcheck/gateway'
import { Browser } from '../../attacks/lib/browser.ts'
import { requireServers } from '../../test/servers/servers.ts'
import type { RunningSite } from '../one-program.ts'
import { startTomcat } from './start.ts'

/** `ID` stands for the id of a session in which alice is signed in. `taken`: whether Tomcat then shows her page. */
const spellings: [sentence: string, path: string, taken: boolean][] = [
  ['behind the page', '/members/whoami.jsp;jsessionid=ID', true],
  ['behind the page, before a query', '/members/whoami.jsp;jsessionid=ID?a=b', true],
  ['behind the context', '/members;jsessionid=ID/whoami.jsp', true],
  ['behind the root', '/;jsessionid=ID/members/whoami.jsp', true],
  ['behind another parameter', '/members/whoami.jsp;a=b;jsessionid=ID', true],
  ['before another parameter', '/members/whoami.jsp;jsessionid=ID;a=b', true],
  ['behind a dot', '/members/.;jsessionid=ID/whoami.jsp', true],
  ['behind two dots', '/members/x/..;jsessionid=ID/whoami.jsp', true],
  ['behind two slashes', '//members//whoami.jsp;jsessionid=ID', true],
  ['with the page’s name escaped', '/members/who%61mi.jsp;jsessionid=ID', true],
  ['in absolute form', 'http://HOST/members/whoami.jsp;jsessionid=ID', true],
  ['the last of two', '/members;jsessionid=x/whoami.jsp;jsessionid=ID', true],
  ['in capitals', '/members/whoami.jsp;JSESSIONID=ID', false],
  ['with its name escaped', '/members/whoami.jsp;%6asessionid=ID', false],
  ['with the semicolon escaped', '/members/whoami.jsp%3Bjsessionid=ID', false],
  ['as a query parameter', '/members/whoami.jsp?jsessionid=ID', false],
  ['behind a query', '/members/whoami.jsp?a=b;jsessionid=ID', false],
]

const { skip, paths } = await requireServers('tomcat')

describe('ids as Tomcat takes them', { skip, timeout: 120_000 }, () => {
  let site: RunningSite
  let gateway: Gateway
  let id: string
  before(async () => {
    site = await startTomcat(paths.tomcat)
    const config = `{ listen: ['http://127.0.0.1:0'], sites: [{ upstream: '${site.url}', preset: java }] }`
    gateway = await startGateway(parseConfig(config, 'tomcat.yaml', '/'))
    const alice = new Browser()
    await alice.fill(site.url, { page: '/members/login.jsp', fields: { user: 'alice', password: 'wonderland' } })
    id = alice.jar.pairs(`${site.url}/members/`)[0]![1]
  })
  after(async () => {
    await gateway?.close()
    await site?.close()
  })

  for (const [sentence, path, taken] of spellings) {
    test(`G2: ${sentence}`, async () => {
      const target = path.replace('ID', id)
      assert.equal(/^alice/m.test(await ask(Number(new URL(site.url).port), target)), taken, 'Tomcat itself')
      const answer = await ask(gateway.listeners[0]!.port, target)
      assert.match(answer, /^HTTP\/1\.1 (?:200 [\s\S]*^nobody|400 |404 )/m)
      assert.doesNotMatch(answer, /^alice/m)
    })
  }
})

/** Exactly this request target, which no client would leave as it is. */
async function ask(port: number, target: string): Promise<string> {
  const host = `127.0.0.1:${port}`
  const socket = connect(port, '127.0.0.1')
  socket.write(
    `GET ${target.replace('HOST', host)} HTTP/1.1\r\nHost: ${host}\r\nSec-Fetch-Site: none\r\nConnection: close\r\n\r\n`,
  )
  return text(socket)
}

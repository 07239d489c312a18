/** The seeds' facts, on the seeds' own platform. What fails here is no regression of coatcheck: it is the ground. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { requireServers } from '../../test/servers/servers.ts'
import { Client, hiddenFields } from './client.ts'
import { type AspnetSite, startAspnet } from './start.ts'

const { skip, paths } = await requireServers('nginx', 'fastcgi-mono-server4', 'openssl')
const programs = { nginx: paths.nginx, monoFastcgi: paths['fastcgi-mono-server4'] }
const CARD = '4000 1234 5678 9010'
const SESSION = 'ASP.NET_SessionId'
const TICKET = '.ASPXAUTH'

describe('an ASP.NET site with forms authentication', { skip, timeout: 180_000 }, () => {
  let site: AspnetSite

  before(async () => {
    site = await startAspnet({ ...programs, https: { port: 0, ...(await certificate()) } })
  })
  after(() => site?.close())

  test('sends strangers to the sign-in form, and members to where they wanted to go', async () => {
    const client = new Client(site.url)
    const refused = await client.get('/Default.aspx')
    assert.equal(refused.status, 302)
    assert.equal(refused.headers.location, '/Login.aspx?ReturnUrl=%2fDefault.aspx')

    const wrong = await client.signIn('alice', 'builder')
    assert.equal(wrong.status, 200)
    assert.match(wrong.body, /We do not know this name and password/)

    const form = refused.headers.location!
    const right = await client.submit(form, { User: 'alice', Password: 'wonderland', SignIn: 'Sign in' })
    assert.equal(right.status, 302)
    assert.equal(right.headers.location, '/Default.aspx')
    assert.match((await client.get('/')).body, /Welcome, <span id="welcome">alice<\/span>/)
  })

  test('serves images and styles to everybody, and lets caches keep them', async () => {
    for (const path of ['/images/logo.png', '/images/sleeve0.png', '/styles/finch.css']) {
      const answer = await new Client(site.url).get(path)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['cache-control'], 'max-age=3600')
      assert.deepEqual(answer.setCookies, [])
    }
  })

  test('does not tell upper case from lower case in a path, as Windows does not', async () => {
    assert.equal((await new Client(site.url).get('/LOGIN.ASPX')).status, 200)
  })

  test('keeps its configuration and its log to itself', async () => {
    const alice = await member('alice', 'wonderland')
    for (const path of ['/web.config', '/Global.asax', '/Banner.ascx', '/App_Data/served.txt']) {
      const { status } = await alice.get(path)
      assert.ok(status === 403 || status === 404, `${path} is answered with ${status}`)
    }
  })

  test('keeps a basket from before sign-in', async () => {
    const alice = new Client(site.url)
    await alice.get('/Records.aspx?add=1')
    await alice.signIn('alice', 'wonderland')
    assert.match((await alice.get('/Default.aspx')).body, /<li>Songs for a Lighthouse<\/li>/)
  })

  test('F1: no cookie says Secure, and one pair of cookies serves http and https', async () => {
    const alice = new Client(site.httpsUrl!)
    const begin = await alice.get('/Records.aspx')
    const signedIn = await alice.signIn('alice', 'wonderland')
    await alice.order(CARD)
    for (const line of [...begin.setCookies, ...signedIn.setCookies]) assert.doesNotMatch(line, /;\s*secure/i)

    const overHttp = alice.frozen(site.url)
    assert.match((await overHttp.get('/Confirmation.aspx')).body, new RegExp(CARD))
    assert.deepEqual(await overHttp.whoAmI(), { ticket: 'alice', session: 'alice', counted: '0' })
  })

  test('F3: the session id is the same before and after sign-in, so a planted one reads the card', async () => {
    const attacker = new Client(site.url)
    await attacker.get('/Records.aspx')
    const planted = attacker.cookies.get(SESSION)!

    const victim = new Client(site.url, [[SESSION, planted]])
    await victim.signIn('alice', 'wonderland')
    await victim.order(CARD)
    assert.equal(victim.cookies.get(SESSION), planted)

    assert.match((await attacker.get('/Confirmation.aspx')).body, new RegExp(CARD))
    // The ticket is another cookie, and it was not planted: what only the ticket opens stays shut.
    assert.deepEqual(await attacker.whoAmI(), { ticket: 'nobody', session: 'alice', counted: '0' })
  })

  test('F3: an id that nobody issued is not adopted, here Mono is better than its model', async () => {
    const client = new Client(site.url, [[SESSION, '0123456789ABCDEF01234567']])
    await client.get('/Records.aspx')
    assert.notEqual(client.cookies.get(SESSION), '0123456789ABCDEF01234567')
  })

  test('F3: whoever signs in next on the same browser finds what the one before him left', async () => {
    const browser = await member('alice', 'wonderland')
    await browser.order(CARD)
    await browser.signOut()
    await browser.signIn('bob', 'builder')
    assert.match((await browser.get('/Confirmation.aspx')).body, new RegExp(`bob</span>.*${CARD}`, 's'))
  })

  test('a request waits until the one before it has let go of the session, and others do not wait', async () => {
    const first = new Client(site.url)
    await first.get('/WhoAmI.aspx')
    const second = first.frozen()
    const other = new Client(site.url)

    const counting = whenWorking(first, 3000)
    await counting.begun
    let counted = false
    void counting.done.then(() => {
      counted = true
    })
    const waiting = second.whoAmI()
    await other.whoAmI()
    assert.equal(counted, false, 'another session is served meanwhile')
    // The count is written when the slow page ends: who reads it cannot have been served before.
    assert.equal((await waiting).counted, '1')
    assert.match((await counting.done).body, /^Counted: 1$/m)
  })

  test('F3: a request that waited while the victim signed in gets what the victim has', async () => {
    // A waiting request looks for the lock every half second from its arrival on: who is first is a matter of chance.
    for (let attempt = 1; attempt <= 20; attempt++) {
      const attacker = new Client(site.url)
      await attacker.get('/Records.aspx')
      const victim = attacker.frozen()
      const form = await victim.get('/Login.aspx')

      const holding = whenWorking(attacker, 600)
      await holding.begun
      const signingIn = victim.post('/Login.aspx', signInFields(form.body))
      await sleep(50)
      const waiting = attacker.whoAmI()
      assert.equal((await signingIn).status, 302)
      await holding.done
      if ((await waiting).session === 'alice') return
    }
    assert.fail('The sign-in was never served first')
  })

  test('F4: the cookies of before sign-out still open the member page, also after the next sign-in', async () => {
    const alice = await member('alice', 'wonderland')
    const frozen = alice.frozen()
    const signedOut = await alice.signOut()
    assert.match(signedOut.setCookies.join(), /^\.ASPXAUTH=; path=\/; expires=/)
    assert.equal(alice.cookies.has(TICKET), false)
    assert.equal((await alice.get('/Default.aspx')).status, 302)
    assert.match((await frozen.get('/Default.aspx')).body, /<b id="member">alice<\/b>/)

    await alice.signIn('alice', 'wonderland')
    assert.match((await frozen.get('/Default.aspx')).body, /<b id="member">alice<\/b>/)
  })

  test('F4: the session outlives sign-out, with its id and the card in it', async () => {
    const alice = await member('alice', 'wonderland')
    await alice.order(CARD)
    const id = alice.cookies.get(SESSION)
    await alice.signOut()
    assert.equal(alice.cookies.get(SESSION), id)
    assert.match((await alice.get('/Confirmation.aspx')).body, new RegExp(CARD))
    assert.deepEqual(await alice.whoAmI(), { ticket: 'nobody', session: 'alice', counted: '0' })
  })

  test('F5: scripts may read both cookies, and ids have 96 bits', async () => {
    const client = new Client(site.url)
    const [session] = (await client.get('/Records.aspx')).setCookies
    const [ticket] = (await client.signIn('alice', 'wonderland')).setCookies
    assert.match(session!, /^ASP\.NET_SessionId=[0-9A-F]{24}; path=\/$/)
    assert.match(ticket!, /^\.ASPXAUTH=[\w+/=]+; path=\/$/)
  })

  test('F5: "keep me signed in" outlives the browser window', async () => {
    const { setCookies } = await new Client(site.url).signIn('alice', 'wonderland', { Remember: 'on' })
    assert.match(setCookies.join(), /^\.ASPXAUTH=[\w+/=]+; path=\/; expires=/)
  })

  test('its log has the requests in the order in which their pages began, with the user of the session', async () => {
    const alice = await member('alice', 'wonderland')
    await alice.get('/Default.aspx?once-only')
    const served = await site.served()
    assert.deepEqual(served.slice(-3), [
      { method: 'GET', path: '/Login.aspx', user: undefined },
      { method: 'POST', path: '/Login.aspx', user: undefined },
      { method: 'GET', path: '/Default.aspx', user: 'alice' },
    ])
  })

  async function member(user: string, password: string): Promise<Client> {
    const client = new Client(site.url)
    await client.signIn(user, password)
    return client
  }
})

describe('a sign-in that lasts six seconds', { skip, timeout: 180_000 }, () => {
  const LIFETIME = 6
  let site: AspnetSite

  before(async () => {
    site = await startAspnet({ ...programs, ticketSeconds: LIFETIME })
  })
  after(() => site?.close())

  test('F2: is renewed with an image that every cache may keep, and hand to the next', async () => {
    const alice = await signedIn()
    for (;;) {
      const image = await alice.get('/images/logo.png')
      if (image.setCookies.length > 0) {
        assert.match(image.setCookies.join(), /^\.ASPXAUTH=/)
        assert.equal(image.headers['cache-control'], 'max-age=3600')
        assert.equal((await new Client(site.url, alice.cookies).whoAmI()).ticket, 'alice')
        return
      }
      assert.equal((await alice.whoAmI()).ticket, 'alice', 'the ticket ended without having been renewed')
      await sleep(100)
    }
  })

  test('F4: never ends while it is used, and ends when it is not', async () => {
    const alice = await signedIn()
    const frozen = alice.frozen()
    const begun = performance.now()
    while (performance.now() - begun < LIFETIME * 1500) {
      assert.equal((await alice.whoAmI()).ticket, 'alice')
      await sleep(100)
    }
    // Only what is in a ticket ends it. No server knows the first one of this sign-in, or that it is old.
    assert.equal((await frozen.whoAmI()).ticket, 'nobody')
  })

  async function signedIn(): Promise<Client> {
    const client = new Client(site.url)
    // Compiles the pages, so that no half of a ticket's life is spent on that.
    await client.signIn('alice', 'wonderland')
    await client.get('/Default.aspx')
    await client.signIn('alice', 'wonderland')
    return client
  }
})

/** The slow page, with the moment when it has the session's lock. */
function whenWorking(client: Client, ms: number) {
  let begin: () => void
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const done = client.get(`/Slow.aspx?ms=${ms}`, { onStart: () => begin() })
  return { begun, done }
}

function signInFields(form: string): Record<string, string> {
  return { ...hiddenFields(form), User: 'alice', Password: 'wonderland', SignIn: 'Sign in' }
}

async function certificate(): Promise<{ cert: string; key: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'finch-cert-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    await promisify(execFile)(paths.openssl, ['req', ...kind, '-subj', '/CN=127.0.0.1', '-out', cert, '-keyout', key])
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') }
  } finally {
    await rm(folder, { recursive: true })
  }
}

import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { Browser } from './browser.ts'

/** What Chromium 156 was seen to send. */
describe('the browser sends what Chromium sends', () => {
  const seen: { method: string; headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const chunk of req) body += chunk
    seen.push({ method: req.method!, headers: req.headers, body })
    if (req.url === '/away') res.writeHead(303, { Location: '/there', 'Set-Cookie': 'a=1' }).end()
    else
      res.end('<form method="post" action="/away"><input type="hidden" name="h" value="&amp;1"><input name="f"></form>')
  })
  let url = ''
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  it('to the own machine: Sec-Fetch headers', async () => {
    await new Browser().load(`${url}/`)
    const { headers } = seen.at(-1)!
    assert.equal(headers['sec-fetch-site'], 'none')
    assert.equal(headers['sec-fetch-mode'], 'navigate')
    assert.equal(headers['sec-fetch-dest'], 'document')
    assert.equal(headers.origin, undefined)
  })

  it('to another http host: none, but Origin with a POST', async () => {
    const shop = url.replace('127.0.0.1', 'shop.example.test')
    await new Browser('127.0.0.1').load(`${shop}/`, { method: 'POST', fields: [], from: `${shop}/form` })
    const { headers } = seen.at(-1)!
    assert.equal(headers['sec-fetch-site'], undefined)
    assert.equal(headers.origin, shop)
    assert.equal(headers.referer, `${shop}/form`)
  })

  it('from a foreign page: cross-site, its Origin, and of the Referer the origin only', async () => {
    await new Browser().load(`${url}/`, { method: 'POST', fields: [], from: 'http://attacker.test/win' })
    const { headers } = seen.at(-1)!
    assert.equal(headers['sec-fetch-site'], 'cross-site')
    assert.equal(headers.origin, 'http://attacker.test')
    assert.equal(headers.referer, 'http://attacker.test/')
  })

  it('for an image on a page', async () => {
    await new Browser().load(`${url}/x.svg`, { from: `${url}/`, dest: 'image' })
    const { headers } = seen.at(-1)!
    assert.equal(headers['sec-fetch-site'], 'same-origin')
    assert.equal(headers['sec-fetch-mode'], 'no-cors')
    assert.equal(headers['sec-fetch-dest'], 'image')
    assert.equal(headers['upgrade-insecure-requests'], undefined)
  })

  it('fills in a form with its hidden fields, and follows the redirect as GET with the new cookie', async () => {
    const page = await new Browser().fill(url, { page: '/', fields: { f: 'x y' } })
    assert.equal(page.url, `${url}/there`)
    assert.equal(seen.at(-2)!.body, 'h=%261&f=x+y')
    assert.equal(seen.at(-1)!.method, 'GET')
    assert.equal(seen.at(-1)!.headers.cookie, 'a=1')
  })
})

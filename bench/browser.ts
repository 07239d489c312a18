// What Chromium sends when its visitor follows a link of the site, ready to be written to a socket.

import { request } from 'node:http'

const NAVIGATION = `\
Connection: keep-alive
sec-ch-ua: "Chromium";v="156", "Not(A:Brand";v="24"
sec-ch-ua-mobile: ?0
sec-ch-ua-platform: "Linux"
Upgrade-Insecure-Requests: 1
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: navigate
Sec-Fetch-User: ?1
Sec-Fetch-Dest: document
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-US,en;q=0.9`.replaceAll('\n', '\r\n')

/** The bytes of a GET, with the cookies in the jar. */
export function navigation(port: number, cookies: string): Buffer {
  const cookie = cookies === '' ? '' : `\r\nCookie: ${cookies}`
  return Buffer.from(`GET /basket HTTP/1.1\r\nHost: localhost:${port}\r\n${NAVIGATION}${cookie}\r\n\r\n`, 'latin1')
}

/** Signs in by a form of the site. Resolves to the Cookie header from then on. */
export function signIn(port: number, user: string, counter: number): Promise<string> {
  const host = `localhost:${port}` // as it will be asked for: the vault's cookies belong to a host
  const headers = { host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const path = `/sign-in?user=${user}&counter=${counter}`
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, method: 'POST', path, headers, agent: false }, (res) => {
      res.resume()
      res.on('end', () => {
        const pairs = (res.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] as string)
        if (res.statusCode === 200) resolve(pairs.join('; '))
        else reject(new Error(`the sign-in was answered with ${res.statusCode}`))
      })
    })
    req.on('error', reject).end()
  })
}

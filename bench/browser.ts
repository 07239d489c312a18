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

const UPLOAD = NAVIGATION.replace(/^Upgrade-Insecure-Requests.*\r\n|^Sec-Fetch-User.*\r\n/gm, '')
  .replace(/^Accept: .*/m, 'Accept: */*')
  .replace('Sec-Fetch-Mode: navigate', 'Sec-Fetch-Mode: cors')
  .replace('Sec-Fetch-Dest: document', 'Sec-Fetch-Dest: empty')

/** The bytes of a GET, with the cookies in the jar. */
export function navigation(port: number, cookies: string, path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${head(port, NAVIGATION, cookies)}\r\n\r\n`, 'latin1')
}

/** The bytes of a POST that a script of the site makes: `fetch(path, { method: 'POST', body: file })`. */
export function upload(port: number, cookies: string, path: string, body: Buffer): Buffer {
  const about = `Content-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\nOrigin: http://localhost:${port}`
  return Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\n${head(port, UPLOAD, cookies)}\r\n${about}\r\n\r\n`, 'latin1'),
    body,
  ])
}

function head(port: number, headers: string, cookies: string): string {
  return `Host: localhost:${port}\r\n${headers}${cookies === '' ? '' : `\r\nCookie: ${cookies}`}`
}

/**
 * Signs in by a form of the site. Resolves to the Cookie header from then on.
 *
 * @param jar - what the browser has for the site already
 */
export async function signIn(port: number, user: string, counter: number, jar = ''): Promise<string> {
  const got = await submit(port, `/sign-in?user=${user}&counter=${counter}`, jar)
  return [jar, ...got].filter((pair) => pair !== '').join('; ')
}

/** Sends a form, and resolves to the cookies that its answer sets. */
export function submit(port: number, path: string, jar: string, form = ''): Promise<string[]> {
  const host = `localhost:${port}` // as it will be asked for: the vault's cookies belong to a host
  const headers = { host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  const type = form === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  const cookie = jar === '' ? {} : { cookie: jar }
  return new Promise((resolve, reject) => {
    const req = request(
      { host: '127.0.0.1', port, method: 'POST', path, headers: { ...headers, ...type, ...cookie }, agent: false },
      (res) => {
        res.resume()
        res.on('end', () => {
          const pairs = (res.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] as string)
          if (res.statusCode === 200) resolve(pairs)
          else reject(new Error(`the sign-in was answered with ${res.statusCode}`))
        })
      },
    )
    req.on('error', reject).end(form)
  })
}

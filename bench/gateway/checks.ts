// What the timing rests on: that each contender lets members through and nobody else, and keeps cookies if it says so.

import { request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly setCookies: readonly string[]
  readonly body: string
}

/** @throws an Error that says what it does not do */
export async function assertKeepsCookies(port: number, cookies: string): Promise<void> {
  const { setCookies } = await ask(port, '/again/1024', cookies)
  if (setCookies.some((line) => line.startsWith('app-visits='))) throw new Error('gives the application’s cookie away')
  const { body } = await ask(port, '/visits', cookies)
  if (!/^[1-9]\d*$/.test(body)) throw new Error(`did not keep the application’s cookie: it has ${body}`)
}

/** @throws an Error where a stranger gets a member's page */
export async function assertStranger(port: number, jar: string): Promise<void> {
  const { status, body } = await ask(port, '/page/64', jar)
  if (status === 200 && !body.startsWith('Signed in as nobody')) throw new Error('a stranger was taken for a member')
  if (jar === '') return
  const without = await ask(port, '/page/64', '')
  if (without.status === 200) throw new Error('lets strangers through')
}

function ask(port: number, path: string, cookie: string): Promise<Answer> {
  const headers = {
    host: `localhost:${port}`,
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...(cookie === '' ? {} : { cookie }),
  }
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, headers, agent: false }, (res) => {
      let body = ''
      res.setEncoding('latin1').on('data', (chunk: string) => {
        body += chunk
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, setCookies: res.headers['set-cookie'] ?? [], body }))
    })
    req.on('error', reject).end()
  })
}

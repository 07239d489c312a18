/** Waiting until the site answers, and saying why where it does not. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { send } from './client.ts'
import type { Gone } from './keep.ts'
import { readServed } from './served.ts'

/** The first request loads Mono and compiles the page. */
const PATIENCE = 60_000

/** Resolves when a page is served; rejects when that cannot be any more. */
export async function ready(url: string, gone: Promise<Gone>, folder: string): Promise<void> {
  const stop = new AbortController()
  const failed = gone.then(async (program) => {
    throw new Error(await explain(program, folder))
  })
  try {
    await Promise.race([failed, answering(url, folder, stop.signal)])
  } finally {
    stop.abort()
    // The programs end some day, and nobody waits for that here.
    failed.catch(() => {})
  }
}

async function answering(url: string, folder: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE
  let last = 'no answer'
  while (performance.now() < end && !signal.aborted) {
    const answer = await send(`${url}/WhoAmI.aspx`, { signal }).catch(String)
    if (typeof answer === 'string') last = answer
    else if (answer.status === 500) throw new Error(`The ASP.NET site does not compile: ${titleOf(answer.body)}`)
    // Where ids stand in the path, nobody gets further without one.
    else if (/^\/\([0-9A-F]{24}\)\//.test(answer.headers.location ?? '')) return
    else if (answer.status !== 200) last = `status ${answer.status}`
    // Somebody else may have had the port: only our own answer is in our own log.
    else if ((await readServed(folder)).length > 0) return
    await sleep(100)
  }
  const name = 'The ASP.NET site'
  throw new Error(await explain({ name, reason: `did not answer in ${PATIENCE / 1000} s (${last})` }, folder))
}

async function explain({ name, reason }: Gone, folder: string): Promise<string> {
  const lines = [`${name} ${reason}.`]
  if (reason.includes('ENOENT')) lines.push('On Debian: apt-get install nginx mono-fastcgi-server4')
  for (const program of ['mono', 'nginx']) {
    const log = await readFile(join(folder, `${program}.log`), 'utf8').catch(() => '')
    const tail = log.trimEnd().split('\n').slice(-10).join('\n')
    if (tail) lines.push(`The last lines of ${program}:`, tail)
  }
  return lines.join('\n')
}

/** Mono's error pages have what happened in their second heading. */
function titleOf(page: string): string {
  return /<h2[^>]*>(.*?)<\/h2>/s.exec(page)?.[1] ?? page.slice(0, 500)
}

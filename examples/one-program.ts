/** Starts a site that is one program with a folder of its own, and waits until it answers. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kept, keep, type Program } from './aspnet/keep.ts'
import { freePorts } from './aspnet/ports.ts'

export type ProgramSite = {
  /** The site's files; the program works in a copy of them, `folder/site`. */
  files: string
  /** Makes what else it needs, and says how it is started. */
  prepare(folder: string, port: number): Promise<Program>
  env: Record<string, string>
  /** A page that answers 200. */
  page: string
}

export type RunningSite = {
  /** `http://127.0.0.1:PORT` */
  url: string
  /** Where its files are, for as long as it runs. */
  folder: string
  /** Ends the program, and removes its folder. */
  close(): Promise<void>
}

const PATIENCE = 60_000
const ATTEMPTS = 5

/** @throws Error with the program's last lines */
export async function startProgram(site: ProgramSite): Promise<RunningSite> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(site)
    } catch (error) {
      // The port that was found for it may be taken before it gets there.
      if (attempt === ATTEMPTS || !/address (?:already )?in use/i.test(String(error))) throw error
    }
  }
}

async function startOnce({ files, prepare, env, page }: ProgramSite): Promise<RunningSite> {
  const [port] = await freePorts('127.0.0.1', [0])
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-site-'))
  let kept: Kept | undefined
  try {
    await cp(files, join(folder, 'site'), { recursive: true })
    const program = await prepare(folder, port as number)
    kept = keep({ folder, programs: [program], env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...env } })
    const url = `http://127.0.0.1:${port}`
    await answering(url + page, kept, join(folder, `${program.name}.log`))
    return { url, folder, close: kept.close }
  } catch (error) {
    await kept?.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function answering(url: string, { gone }: Kept, log: string): Promise<void> {
  let ended: string | undefined
  void gone.then(({ name, reason }) => {
    ended = `${name} ${reason}`
  })
  const end = performance.now() + PATIENCE
  let last = 'no answer'
  while (performance.now() < end && ended === undefined) {
    last = await fetch(url).then(
      ({ status }) => `status ${status}`,
      (error: Error) => error.message,
    )
    if (last === 'status 200') return
    await sleep(50)
  }
  const lines = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-15).join('\n')
  throw new Error(`${ended ?? `${url}: ${last}`}\n${lines}`)
}

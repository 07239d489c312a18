/** Running a product's programs on a folder of their own, which goes with them (`examples/aspnet/keep.ts`). */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kept, keep, type Program } from '../../examples/aspnet/keep.ts'
import { freePorts } from '../../examples/aspnet/ports.ts'

/** A first start makes a database, and the machine may be busy. */
const PATIENCE = 90_000

export type Plan = {
  programs: Program[]
  env?: Record<string, string>
  /** Resolves to what is to be known of the product once it answers; undefined: not yet. */
  ready(folder: string): Promise<string | undefined>
}

export type Programs = { folder: string; said: string; close(): Promise<void> }

/**
 * Makes a folder with a `site` in it, in which the programs work, and resolves when they are ready.
 *
 * @throws Error with the last lines of the programs that did not get there
 */
export async function startPrograms(name: string, plan: (folder: string) => Promise<Plan>): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), `coatcheck-${name}-`))
  let kept: Kept | undefined
  try {
    await mkdir(join(folder, 'site'))
    await mkdir(join(folder, 'home'))
    const { programs, env = {}, ready } = await plan(folder)
    kept = keep({ folder, programs, env: { ...environment(folder), ...env } })
    let gone: string | undefined
    kept.gone.then((program) => {
      gone = `${program.name} ${program.reason}`
    })
    const end = performance.now() + PATIENCE
    while (gone === undefined && performance.now() < end) {
      const said = await ready(folder)
      if (said !== undefined) return { folder, said, close: kept.close }
      await sleep(100)
    }
    throw new Error(`${name}: ${gone ?? 'did not answer in time'}\n${await lastLines(folder, programs)}`)
  } catch (error) {
    await kept?.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** The same for a program that cannot be told to take any free port: one is found for it, and may be gone again. */
export async function startOnFreePort(
  name: string,
  plan: (folder: string, port: number) => Promise<Plan>,
): Promise<Programs & { port: number }> {
  for (let attempt = 1; ; attempt++) {
    const [port] = await freePorts('127.0.0.1', [0])
    try {
      return { ...(await startPrograms(name, (folder) => plan(folder, port!))), port: port! }
    } catch (error) {
      if (attempt === 5 || !/address (already )?in use/i.test((error as Error).message)) throw error
    }
  }
}

/** What a program wrote, so far. */
export async function said(folder: string, program: string): Promise<string> {
  return readFile(join(folder, `${program}.log`), 'utf8').catch(() => '')
}

/** Whether something answers at the address, with this text in its page. */
export async function answers(url: string, text: string): Promise<boolean> {
  try {
    return (await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text()).includes(text)
  } catch {
    return false
  }
}

function environment(folder: string): Record<string, string> {
  return {
    PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
    LANG: 'C.UTF-8',
    HOME: join(folder, 'home'),
    TMPDIR: folder,
  }
}

async function lastLines(folder: string, programs: Program[]): Promise<string> {
  const lines = await Promise.all(
    programs.map(
      async ({ name }) => `${name}: ${(await said(folder, name)).trimEnd().split('\n').slice(-10).join('\n')}`,
    ),
  )
  return lines.join('\n')
}

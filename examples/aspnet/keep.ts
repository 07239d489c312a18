/** Runs programs until `close` is called or this process ends, in whatever way (see keeper.ts). */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Program = { name: string; command: string; args: string[] }

/** `folder` has a `site` in which the programs work; their output goes to `NAME.log`; it is removed at the end. */
export type Plan = { folder: string; programs: Program[]; env: Record<string, string> }

/** A program that ended although nobody asked it to. */
export type Gone = { name: string; reason: string }

export type Kept = {
  /** Resolves when the first of the programs ends by itself, or cannot be started. */
  gone: Promise<Gone>
  /** Ends the programs and removes the folder. */
  close(): Promise<void>
}

export function keep({ folder, programs, env }: Plan): Kept {
  const keeper = fork(fileURLToPath(new URL('keeper.ts', import.meta.url)), [folder, JSON.stringify(programs)], {
    // Out of reach of Ctrl-C, which the terminal sends to the whole group: the keeper is to outlive its parent.
    detached: true,
    execArgv: [],
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  const gone = new Promise<Gone>((resolve) => {
    keeper.once('message', (message) => resolve(message as Gone))
    keeper.once('exit', (code) => resolve({ name: 'the keeper', reason: `ended with code ${code}` }))
  })
  return {
    gone,
    close: async () => {
      if (keeper.connected) keeper.send('end')
      await exited
    },
  }
}

/**
 * A process of its own that runs programs for another one, and ends them when that one goes.
 *
 * Signal handlers would not do: nobody can handle SIGKILL, and a test runner sends it. The channel to the parent
 * closes however the parent ends. Started by keep.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from './keep.ts'

const folder = process.argv[2]!
const programs = JSON.parse(process.argv[3]!) as Program[]
const running = new Set<ChildProcess>()
let ending = false

process.on('disconnect', end)
process.on('message', end)

for (const { name, command, args } of programs) {
  const log = openSync(join(folder, `${name}.log`), 'a')
  // A group of its own, so that compilers which the program started go with it.
  const child = spawn(command, args, { cwd: join(folder, 'site'), stdio: ['ignore', log, log], detached: true })
  running.add(child)
  child.on('error', (error) => gone(child, `could not be started (${error.message})`))
  child.on('exit', (code, signal) => gone(child, signal ? `was ended by ${signal}` : `ended with code ${code}`))

  function gone(child: ChildProcess, reason: string) {
    running.delete(child)
    // Without a callback a parent that goes just now would be an error, and this process has yet to tidy up.
    if (!ending && process.connected) process.send!({ name, reason }, undefined, undefined, () => {})
  }
}

async function end() {
  if (ending) return
  ending = true
  // SIGKILL at once: all that they could put in order lies in the folder, which goes too.
  for (const child of running) kill(child)
  while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  process.exit()
}

function kill(child: ChildProcess) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended by itself just now.
  }
}

// The processor time of another process, where Linux tells it: to the nanosecond, for each thread (proc_pid_schedstat).

import { readdirSync, readFileSync } from 'node:fs'

/** In microseconds; NaN where nobody tells, or it is gone. */
export function processorTimeOf(pid: number): number {
  const folder = `/proc/${pid}/task`
  try {
    return readdirSync(folder).reduce((sum, thread) => sum + ran(`${folder}/${thread}/schedstat`), 0)
  } catch {
    return Number.NaN
  }
}

function ran(file: string): number {
  return Number(readFileSync(file, 'utf8').split(' ', 1)[0]) / 1000
}

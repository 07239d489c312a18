// Which paths name a file that several connections can open.

import { resolve } from 'node:path'
import { SessionError } from '../../errors.ts'

/**
 * @returns the absolute path: a process may change its folder later
 * @throws ERR_OPTION
 */
export function checkedFile(file: string): string {
  const problem = problemOf(file)
  if (problem !== null) throw new SessionError('ERR_OPTION', `sqlite: ${problem}`)
  return resolve(file)
}

function problemOf(file: string): string | null {
  if (typeof file !== 'string' || file === '') return `the file's name is missing: sqlite('sessions.db')`
  if (file.includes(':memory:') || file.includes('mode=memory')) {
    return `${file} would be another database for each connection: use memory()`
  }
  if (/^file:/i.test(file)) return `${file} is a URL: write a path`
  if (file.includes('\0')) return 'the path has a zero byte'
  if (/[/\\]$/.test(file)) return `${file} is a folder: name a file in it`
  return null
}

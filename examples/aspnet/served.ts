/** The site's own log, which Global.asax writes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** One line of it: requests in the order in which their pages began, each with the session's user at that moment. */
export type Served = { method: string; path: string; user: string | undefined }

export async function readServed(folder: string): Promise<Served[]> {
  const text = await readFile(join(folder, 'site/App_Data/served.txt'), 'utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [method, path, user] = line.split(' ')
    return { method: method!, path: path!, user: user === '-' ? undefined : user }
  })
}

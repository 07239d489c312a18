/**
 * A members' page in PHP, with the session settings of PHP 4 that many a php.ini still has: ids are taken from addresses and
 * forms, written into links, and adopted where nobody gave them out. It keeps its id at sign-in. It is here to be attacked.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type RunningSite, startProgram } from '../one-program.ts'

export const users = [
  { name: 'alice', password: 'wonderland' },
  { name: 'bob', password: 'builder' },
] as const

/**
 * Starts PHP's own server with a folder for its sessions.
 *
 * @param php - the program
 * @example
 * const site = await startPhp('php')
 * await site.close()
 */
export function startPhp(php: string): Promise<RunningSite> {
  return startProgram({
    files: fileURLToPath(new URL('site', import.meta.url)),
    page: '/index.php',
    env: { PHP_CLI_SERVER_WORKERS: '4' },
    async prepare(folder, port) {
      const sessions = join(folder, 'sessions')
      await mkdir(sessions)
      const settings = {
        'session.use_cookies': '1',
        'session.use_only_cookies': '0',
        'session.use_trans_sid': '1',
        'session.use_strict_mode': '0',
        'session.save_path': sessions,
        'session.name': 'PHPSESSID',
        // Old hosts write ids into links of their own address too.
        'session.trans_sid_hosts': '',
        display_errors: '0',
        sys_temp_dir: sessions,
      }
      const args = Object.entries(settings).flatMap(([name, value]) => ['-d', `${name}=${value}`])
      return { name: 'php', command: php, args: ['-n', ...args, '-S', `127.0.0.1:${port}`, '-t', join(folder, 'site')] }
    },
  })
}

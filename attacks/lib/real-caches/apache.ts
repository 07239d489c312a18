/** The configuration of Apache httpd as a shared cache (mod_cache_disk): one file, and all that it writes below one folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where distributions keep the modules. */
const MODULE_FOLDERS = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/lib/httpd/modules']
const MODULES = ['mpm_event', 'authz_core', 'unixd', 'proxy', 'proxy_http', 'cache', 'cache_disk']

/** What an administrator adds, in the words of the configuration file. Nothing: the cache as the documentation has it. */
export type ApacheMistakes = string[]

/** @throws Error where its modules are not found */
export function apacheConfiguration(folder: string, port: number, upstream: string, mistakes: ApacheMistakes): string {
  const modules = MODULE_FOLDERS.find((path) => existsSync(join(path, 'mod_cache_disk.so')))
  if (modules === undefined) throw new Error(`mod_cache_disk.so is in none of ${MODULE_FOLDERS.join(', ')}`)
  return `ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ErrorLog /dev/stderr
LogLevel warn
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
${MODULES.map((name) => loaded(name, modules)).join('\n')}

# Not as root, which httpd refuses; started by anybody else, it ignores this.
User #65534
Group #65534
StartServers 1

ProxyPreserveHost On
ProxyPass "/" "${upstream}/"
CacheRoot "${folder}/cache"
CacheEnable disk "/"
CacheHeader On
${mistakes.join('\n')}
`
}

/** Some are built in, here or there. */
function loaded(name: string, folder: string): string {
  return `<IfModule !${name}_module>
  LoadModule ${name}_module "${folder}/mod_${name}.so"
</IfModule>`
}

/** The configuration of Squid before one site (an "accelerator"): it keeps in memory, and writes below one folder. */

/** What an administrator adds, in the words of the configuration file. Nothing: the cache as the documentation has it. */
export type SquidMistakes = string[]

export function squidConfiguration(folder: string, port: number, upstream: string, mistakes: SquidMistakes): string {
  const { hostname, port: theirs } = new URL(upstream)
  return `http_port 127.0.0.1:${port} accel vhost
cache_peer ${hostname} parent ${theirs} 0 no-query no-digest originserver name=site
never_direct allow all
http_access allow all
${mistakes.join('\n')}

visible_hostname localhost
cache_mem 16 MB
memory_cache_shared off
access_log none
cache_log ${folder}/cache/squid.log
cache_store_log none
netdb_filename none
pid_filename none
coredump_dir ${folder}/cache
pinger_enable off
shutdown_lifetime 0 seconds
`
}

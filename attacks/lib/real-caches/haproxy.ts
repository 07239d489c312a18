/** The configuration of HAProxy with its small cache. */

/** What an administrator adds to the frontend. Nothing: the cache as the documentation has it. */
export type HaproxyMistakes = string[]

export function haproxyConfiguration(port: number, upstream: string, mistakes: HaproxyMistakes): string {
  return `global
  log stderr format raw daemon err
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
cache shared
  total-max-size 4
  max-age 60
frontend front
  bind 127.0.0.1:${port}
  http-request cache-use shared
  http-response cache-store shared
  http-response set-header X-Cache HIT if { res.cache_hit }
${mistakes.map((line) => `  ${line}`).join('\n')}
  default_backend site
backend site
  server site ${new URL(upstream).host}
`
}

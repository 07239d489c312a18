// Every way in which a server may read a path (G1).

import { inOneSpelling, withoutDots } from './escapes.ts'
import { type Server, type ServerName, servers } from './servers/index.ts'

/** Paths with so many readings are nobody's. */
const MOST = 48
/** In characters of all readings together: a long path may have few, or looking at them would hold others up. */
const MOST_TEXT = 65_536

/**
 * The path as it is forwarded first, then what else the server may take it for. Null where the path is one that can mean
 * anything: its readings are too many, or the server has names of its own for its pages.
 *
 * @param path - canonical, as it is forwarded
 * @param raw - as it came: whoever stands before the server may have read that
 * @example readings('/a/..;/b', '/a/..;/b', 'tomcat') // ['/a/..;/b', '/b']
 */
export function readings(path: string, raw: string, name: ServerName): readonly string[] | null {
  const server: Server = servers[name]
  if (server.refused?.test(path)) return null
  const ways = [changed(path, server.always)]
  if (raw !== path) add(ways, changed(inOneSpelling(raw), server.always))
  for (const step of server.sometimes) {
    for (let i = 0, before = ways.length; i < before; i++) {
      const other = step(ways[i]!)
      if (other !== null) add(ways, other)
    }
    if (ways.length > MOST || ways.length * path.length > MOST_TEXT) return null
  }
  if (ways.length === 1) return [withoutDots(ways[0]!)]
  return [...new Set(ways.map(withoutDots))]
}

function add(ways: string[], way: string): void {
  if (!ways.includes(way)) ways.push(way)
}

function changed(path: string, steps: Server['always']): string {
  let way = path
  for (const step of steps) way = step(way) ?? way
  return way
}

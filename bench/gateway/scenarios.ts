// What members ask for, and who is compared in it.

import { navigation, upload } from '../browser.ts'
import type { Visitor } from '../load.ts'
import { type Member, page, receipt } from '../servers/work.ts'

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly contenders: readonly string[]
  /** Whether latency is measured in it as well. */
  readonly latency: boolean
  /** What a member with these cookies asks for on this port, and is to be answered. */
  visitor(member: Member, port: number, cookies: string): Visitor
}

/** Those between whom something is promised. */
export const FORWARDERS = ['dispatch', 'stream', 'gateway']
/** The same, of two processes and one. */
export const ONE_AND_MORE = ['sqlite', 'workers']

const ALL = [...FORWARDERS, 'http-proxy-3', 'httpxy', 'fastify', 'httpd', 'nginx']

const FILE = Buffer.alloc(10 * 1024, 'a file, ')

export const scenarios: readonly Scenario[] = [
  {
    name: 'page',
    title: 'A page of 1 KB',
    contenders: [...FORWARDERS, ...ONE_AND_MORE, ...ALL.slice(FORWARDERS.length)],
    latency: true,
    visitor: (member, port, cookies) => get(member, port, cookies, 'page', 1024),
  },
  {
    name: 'long-page',
    title: 'A page of 100 KB',
    contenders: ALL,
    latency: false,
    visitor: (member, port, cookies) => get(member, port, cookies, 'page', 100 * 1024),
  },
  {
    name: 'upload',
    title: 'An upload of 10 KB',
    contenders: ALL,
    latency: false,
    visitor: (member, port, cookies) => ({
      request: upload(port, cookies, '/upload', FILE),
      expected: Buffer.from(receipt(member, FILE.length)),
    }),
  },
  {
    name: 'again',
    title: 'A page of 1 KB that sets a cookie anew each time: the gateway writes to its store',
    contenders: ['dispatch', 'gateway', 'sqlite'],
    latency: true,
    visitor: (member, port, cookies) => get(member, port, cookies, 'again', 1024),
  },
]

function get(member: Member, port: number, cookies: string, kind: string, bytes: number): Visitor {
  return {
    request: navigation(port, cookies, `/${kind}/${bytes}`),
    expected: Buffer.from(page(member, bytes)),
  }
}

/** One side of a promise of the design. */
export interface Bar {
  readonly scenario: string
  readonly of: string
  readonly to: string
  /** The least share of the other's speed. */
  readonly least: number
  /** How many cores the one has for each of the other's. */
  readonly cores: number
}

const PROMISED = ['page', 'long-page', 'upload']

/** The gateway's own bounds, and that the yardstick is a good one. */
export const bars: readonly Bar[] = [
  ...PROMISED.flatMap((scenario) => [
    { scenario, of: 'gateway', to: 'dispatch', least: 0.9, cores: 1 },
    { scenario, of: 'gateway', to: 'stream', least: 1, cores: 1 },
    { scenario, of: 'dispatch', to: 'stream', least: 1, cores: 1 },
  ]),
  { scenario: 'page', of: 'workers', to: 'sqlite', least: 1.6, cores: 2 },
]

/** What is named, and the forwarders to which it is compared; all without a name. */
export function chosen(only: string | null): readonly Scenario[] {
  return scenarios.flatMap((scenario) => {
    if (only === null || only === scenario.name) return scenario
    if (!scenario.contenders.includes(only)) return []
    const wanted = new Set(['dispatch', 'stream', only, ...(only === 'workers' ? ['sqlite'] : [])])
    return { ...scenario, contenders: scenario.contenders.filter((name) => wanted.has(name)) }
  })
}

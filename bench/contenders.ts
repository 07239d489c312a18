// What the library is measured as, against whom, and what the design promises of it.

export interface Contender {
  readonly name: string
  readonly title: string
  readonly file: string
  /** The package whose version counts; null for what is of this project, or of Node. */
  readonly ofPackage: string | null
  /** What its process is told: `FILE` stands for an SQLite file of its own. */
  readonly args: readonly string[]
  /** The same server without sessions, which it is measured beside; null for such a server itself. */
  readonly beside: string | null
  /** The most microseconds that a request may take more than there; null where nothing is promised. */
  readonly bound: number | null
  /** Whether a second process commits to its file all the while. */
  readonly hasWriter: boolean
}

export const FILE = 'FILE'

export const contenders: readonly Contender[] = [
  bare('node:http', 'bare node:http server', 'bare.ts', null),
  coatcheck('memory', 'coatcheck, memory', [], 3),
  coatcheck('sqlite', 'coatcheck, SQLite', [FILE], 6),
  {
    ...coatcheck('sqlite-busy', 'coatcheck, SQLite, beside a second process that commits', [FILE], 6),
    hasWriter: true,
  },
  peer('express-session', 'express-session, MemoryStore', 'express-session'),
  peer('iron-session', 'iron-session (no store)', 'iron-session'),
  { ...peer('better-auth', 'better-auth, SQLite', 'better-auth'), args: [FILE] },
  {
    ...peer('better-auth-cache', 'better-auth, SQLite, cookie cache', 'better-auth'),
    file: 'servers/better-auth.ts',
    args: [FILE, 'cache'],
  },
  bare('fastify', 'bare fastify server', 'bare-fastify.ts', 'fastify'),
  { ...peer('fastify-session', '@fastify/session, its own store', '@fastify/session'), beside: 'fastify' },
  {
    ...peer('fastify-secure-session', '@fastify/secure-session (no store)', '@fastify/secure-session'),
    beside: 'fastify',
  },
]

function bare(name: string, title: string, file: string, ofPackage: string | null): Contender {
  return { name, title, file: `servers/${file}`, ofPackage, args: [], beside: null, bound: null, hasWriter: false }
}

function coatcheck(name: string, title: string, args: readonly string[], bound: number): Contender {
  return { ...peer(name, title, null), file: 'servers/coatcheck.ts', args, bound }
}

function peer(name: string, title: string, ofPackage: string | null): Contender {
  return { ...bare(name, title, `${name}.ts`, ofPackage), beside: 'node:http' }
}

/** What is named, and what it is measured beside; all without a name. Empty where nothing is called so. */
export function chosen(only: string | null): readonly Contender[] {
  if (only === null) return contenders
  const wanted = contenders.flatMap(({ name, beside }) => (name === only ? [name, beside] : []))
  return contenders.filter(({ name }) => wanted.includes(name))
}

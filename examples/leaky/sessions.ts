/** The shop's session table: in memory, and in a plain text file where the owner asked for one (F5). */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createLock, type Lock } from './lock.ts'
import type { LeakyOptions } from './options.ts'

export type Session = {
  id: string
  user: string | undefined
  card: string | undefined
  cart: string[]
  /** When it began: at the first visit, or at the last sign-in. */
  since: number
  lastSeen: number
  /** When the cookie was last sent to the browser. */
  issued: number
  reports: number
  lock: Lock
}

export type Sessions = {
  find(id: string): Session | undefined
  /** With an id that the visitor brought (F3, `adopt`), or a new one. */
  create(id?: string): Session
  save(session: Session): void
  /** Gives the session another id, as `session_regenerate_id(true)` does. */
  renew(session: Session): void
  end(session: Session): void
}

export function createSessions(options: LeakyOptions): Sessions {
  const table = new Map<string, Session>()
  let counter = 981249305
  if (options.storeFile) for (const session of readStore(options.storeFile)) table.set(session.id, session)

  function newId(): string {
    if (!options.sequential) return randomBytes(32).toString('base64url')
    counter += 1
    return Buffer.from(`shop-${counter}`).toString('base64url')
  }

  function persist() {
    if (options.storeFile) writeFileSync(options.storeFile, [...table.values()].map(toLine).join(''))
  }

  function expired(session: Session): boolean {
    const now = Date.now()
    if (now - session.lastSeen > options.idle * 1000) return true
    return options.absolute !== false && now - session.since > options.absolute * 1000
  }

  return {
    find(id) {
      const session = table.get(id)
      if (!session) return undefined
      if (expired(session)) {
        table.delete(id)
        persist()
        return undefined
      }
      session.lastSeen = Date.now()
      return session
    },
    create(id = newId()) {
      const now = Date.now()
      const empty = { user: undefined, card: undefined, cart: [], reports: 0 }
      const session: Session = { id, ...empty, since: now, lastSeen: now, issued: now, lock: createLock() }
      table.set(id, session)
      persist()
      return session
    },
    save(session) {
      // With `resurrect` this is the upsert that most session stores do: it cannot tell a new session from an ended one.
      if (!options.resurrect && table.get(session.id) !== session) return
      table.set(session.id, session)
      persist()
    },
    renew(session) {
      table.delete(session.id)
      session.id = newId()
      table.set(session.id, session)
      persist()
    },
    end(session) {
      table.delete(session.id)
      persist()
    },
  }
}

function toLine({ lock: _, ...data }: Session): string {
  return `${data.id}\t${JSON.stringify(data)}\n`
}

function readStore(file: string): Session[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return []
  }
  const lines = text.split('\n').filter(Boolean)
  return lines.map((line) => ({ ...JSON.parse(line.slice(line.indexOf('\t') + 1)), lock: createLock() }))
}

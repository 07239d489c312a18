// A store as a network makes it: every call takes its turns, what others changed shows late and out of order (within
// the stated bound), and answers get lost. It stands in for Redis and PostgreSQL, so that the contract is right for them.
//
// Each connection keeps stamps for the keys that it has read, as a server that tracks keys would: an invalidation takes
// the stamp away until the key is read again. Its own writes take it away before they settle. When the last heartbeat
// was answered longer ago than the bound, nothing is vouched for.

import type {
  Began,
  Creation,
  Ending,
  Listed,
  Lookup,
  Replaced,
  Rotated,
  Rotation,
  SessionRecord,
  Store,
  Tombstone,
} from '../store.ts'
import { memory } from '../stores/memory.ts'
import type { SessionId, SessionKey } from '../token.ts'

/** `answer`: it took effect. `request`: it never will. `late`: it takes effect after its caller has given up on it. */
export type Loss = 'answer' | 'request' | 'late'

export interface UnrulyOptions {
  /** What becomes of a connection's n-th write, counted from 1. Default: none is lost. */
  readonly lose?: (n: number) => Loss | null
  /** The clock that the bound is measured on. Default: the real one. */
  readonly now?: () => number
}

export const BOUND = 2000
/** So many invalidations are held back before they arrive, the last one first. */
const HELD_BACK = 4

/** The server that unruly connections share. */
export class UnrulyServer {
  readonly inner = memory()
  readonly now: () => number
  readonly #lose: (n: number) => Loss | null
  readonly #connections: UnrulyConnection[] = []
  #underWay: (() => void)[] = []

  constructor({ lose = () => null, now = () => performance.now() }: UnrulyOptions = {}) {
    this.#lose = lose
    this.now = now
  }

  connect(): Store {
    const connection = new UnrulyConnection(this)
    this.#connections.push(connection)
    return connection
  }

  /** All invalidations arrive, and every connection's heartbeat is answered. */
  settle(): void {
    this.#deliver()
    for (const connection of this.#connections) connection.heartbeat = this.now()
  }

  async write<T>(writer: UnrulyConnection, apply: () => Promise<T>): Promise<T> {
    const loss = this.#lose(++writer.writes)
    await turn()
    if (loss === 'late') void turns(3).then(() => this.#apply(writer, apply))
    const result = loss === null || loss === 'answer' ? await this.#apply(writer, apply) : undefined
    await turn()
    if (loss !== null) throw new Error('the connection was closed before the answer came')
    return result as T
  }

  async #apply<T>(writer: UnrulyConnection, apply: () => Promise<T>): Promise<T> {
    const before = this.#connections.map((connection) => connection.tracked())
    const result = await apply()
    for (const [n, connection] of this.#connections.entries()) {
      for (const [key, proof] of before[n] as ReadonlyMap<SessionKey, unknown>) {
        if (this.inner.stamp?.(key) === proof) continue
        if (connection === writer) connection.invalidate(key)
        else this.#underWay.push(() => connection.invalidate(key))
      }
    }
    if (this.#underWay.length >= HELD_BACK) this.#deliver()
    return result
  }

  #deliver(): void {
    const arriving = this.#underWay.reverse()
    this.#underWay = []
    for (const invalidate of arriving) invalidate()
  }
}

class UnrulyConnection implements Store {
  readonly name = 'unruly'
  readonly #server: UnrulyServer
  readonly #stamps = new Map<SessionKey, object>()
  heartbeat: number
  writes = 0

  constructor(server: UnrulyServer) {
    this.#server = server
    this.heartbeat = server.now()
  }

  /** What the server knows of the keys that this connection has read. */
  tracked(): ReadonlyMap<SessionKey, unknown> {
    return new Map([...this.#stamps.keys()].map((key) => [key, this.#server.inner.stamp?.(key)]))
  }

  invalidate(key: SessionKey): void {
    this.#stamps.delete(key)
  }

  stamp(key: SessionKey): unknown {
    return this.#server.now() - this.heartbeat < BOUND ? this.#stamps.get(key) : undefined
  }

  async read(key: SessionKey): Promise<Lookup> {
    await turn()
    const { inner } = this.#server
    // A renewed key is not tracked: what it leads to may change without it.
    if (inner.stamp?.(key) !== undefined && !this.#stamps.has(key)) this.#stamps.set(key, {})
    const lookup = await inner.read(key)
    await turn()
    return lookup
  }

  create(creation: Creation): Promise<Began> {
    return this.#server.write(this, () => this.#server.inner.create(creation))
  }

  replace(record: SessionRecord, nonce: string, at: number): Promise<Replaced> {
    return this.#server.write(this, () => this.#server.inner.replace(record, nonce, at))
  }

  rotate(rotation: Rotation): Promise<Rotated> {
    return this.#server.write(this, () => this.#server.inner.rotate(rotation))
  }

  confirm(key: SessionKey, linksEndAt: number): Promise<void> {
    return this.#server.write(this, () => this.#server.inner.confirm(key, linksEndAt))
  }

  end(key: SessionKey, ending: Ending): Promise<Tombstone | null> {
    return this.#server.write(this, () => this.#server.inner.end(key, ending))
  }

  endById(site: string, id: SessionId, ending: Ending): Promise<Tombstone | null> {
    return this.#server.write(this, () => this.#server.inner.endById(site, id, ending))
  }

  endAll(site: string, user: string, at: number, except: SessionId | null): Promise<readonly SessionId[]> {
    return this.#server.write(this, () => this.#server.inner.endAll(site, user, at, except))
  }

  touch(seen: ReadonlyMap<SessionId, number>): Promise<void> {
    return this.#server.write(this, () => this.#server.inner.touch(seen))
  }

  async list(site: string, user: string, at: number): Promise<readonly Listed[]> {
    await turn()
    return this.#server.inner.list(site, user, at)
  }

  sweep(at: number, max: number): Promise<number> {
    return this.#server.write(this, () => this.#server.inner.sweep(at, max))
  }

  async close(): Promise<void> {}
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn()
}

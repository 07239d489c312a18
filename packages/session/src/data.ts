// What an application keeps in a session: JSON, checked on its way in and, frozen, on its way out.
//
// An update resolves to exactly what a later read will return: the value is serialised, parsed and (with a schema)
// validated before it is stored. Without a schema, what JSON would silently change (a Date, a Map, NaN, a hole in an
// array) is refused, with the place where it stands.

import { SessionError } from './errors.ts'

/** The part of Standard Schema (version 1) that is used here; Zod, Valibot, ArkType and others implement it. */
export interface StandardSchema<Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Data as it is read: nothing in it can be changed, at any depth. */
export type Frozen<T> = T extends string | number | boolean | null | undefined | Date | ((...args: never) => unknown)
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> }

export interface Written<Data> {
  readonly json: string
  readonly data: Data
}

/** Levels. What refers to itself has no end. */
const DEEPEST = 100

export class DataCodec<Data> {
  readonly #schema: StandardSchema<Data> | undefined
  readonly #initial: () => Data

  constructor(initial: () => Data, schema: StandardSchema<Data> | undefined) {
    this.#initial = initial
    this.#schema = schema
  }

  /** The data of a session in which nothing was stored yet. */
  initial(): Data {
    return this.#initial()
  }

  /** @throws ERR_DATA */
  async write(value: unknown): Promise<Written<Data>> {
    const json = JSON.stringify(
      this.#schema === undefined ? plain(value, 'data', 0) : await this.#validate(value, false),
    )
    if (json === undefined) throw new SessionError('ERR_DATA', 'session data must be an object, not undefined')
    return { json, data: await this.read(json) }
  }

  /** @throws ERR_DATA where the schema does not accept what an earlier release stored */
  async read(json: string): Promise<Data> {
    const value: unknown = JSON.parse(json)
    return frozen(this.#schema === undefined ? (value as Data) : await this.#validate(value, true))
  }

  async #validate(value: unknown, stored: boolean): Promise<Data> {
    const schema = this.#schema as StandardSchema<Data>
    const result = await schema['~standard'].validate(value)
    if (result.issues === undefined) return result.value
    const issues = result.issues.map(({ path, message }) => `${place(path)}: ${message}`).join('; ')
    const remedy = 'give the schema a default for what older sessions lack, or end them'
    const message = stored ? `stored session data does not fit the schema (${remedy}): ${issues}` : issues
    throw new SessionError('ERR_DATA', message)
  }
}

/** A copy that an update may change as it likes. */
export function draftOf<Data>(data: Data | Frozen<Data>): Data {
  return copyOf(data, 0) as Data
}

/** As `structuredClone`, which takes several times as long for what most data is; what a schema may make of it is its. */
function copyOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value
  if (Array.isArray(value)) return value.map((inner) => copyOf(inner, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value)
  // Spread makes each key the copy's own, `__proto__` too, which as its own can be assigned to.
  const copy: Record<string, unknown> = { ...value }
  for (const key of Object.keys(copy)) copy[key] = copyOf(copy[key], depth + 1)
  return copy
}

function place(path: SchemaIssue['path']): string {
  return ['data', ...(path ?? []).map((part) => String(typeof part === 'object' ? part.key : part))].join('.')
}

/** The value, if JSON carries it unchanged. */
function plain(value: unknown, where: string, depth: number): unknown {
  if (depth > DEEPEST) throw notJson(where, `is nested more than ${DEEPEST} levels deep, or refers to itself`)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(where, `is ${value}`)
    return value
  }
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) plain(value[i], `${where}[${i}]`, depth + 1)
    return value
  }
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw notJson(where, `is a ${value.constructor?.name ?? 'class instance'}`)
    }
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined) plain(inner, `${where}.${key}`, depth + 1)
    }
    return value
  }
  throw notJson(where, `is ${value === undefined ? 'undefined' : `a ${typeof value}`}`)
}

function notJson(where: string, what: string): SessionError {
  return new SessionError('ERR_DATA', `${where} ${what}, which JSON cannot carry; store it as a string or a number`)
}

// Cached data is shared by requests: a change outside `update` must fail where it is made, not surprise another user
// of the same object.
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) frozen(inner)
  }
  return value
}

// The parts of the peers that are used here, so that the types are checked without their packages.

declare module 'express-session' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  type Done = (error?: unknown) => void
  export interface Session {
    user?: string | null
    counter?: number
    regenerate(done: Done): void
    save(done: Done): void
  }
  interface Options {
    readonly secret: string
    readonly resave: boolean
    readonly saveUninitialized: boolean
    readonly store?: MemoryStore
    readonly cookie?: { readonly secure: boolean }
  }
  export class MemoryStore {
    readonly sessions: Readonly<Record<string, string>>
  }
  export default function session(
    options: Options,
  ): (req: IncomingMessage & { session?: Session }, res: ServerResponse, next: Done) => void
}

declare module 'express' {
  import type { IncomingMessage, Server, ServerResponse } from 'node:http'

  type Middleware = (
    req: IncomingMessage & { readonly body?: unknown; session: import('express-session').Session },
    res: ServerResponse,
    next: (error?: unknown) => void,
  ) => void
  interface App {
    set(setting: string, value: unknown): void
    use(middleware: Middleware): void
    listen(port: number, host: string, done: () => void): Server
  }
  interface Express {
    (): App
    text(options: { readonly type: string }): Middleware
  }
  const express: Express
  export default express
}

declare module 'http-proxy-3' {
  import type { Agent, IncomingMessage, ServerResponse } from 'node:http'

  interface Proxy {
    web(req: IncomingMessage, res: ServerResponse): void
    on(event: 'error', listener: (error: Error, req: IncomingMessage, res: ServerResponse) => void): void
  }
  export function createProxyServer(options: { readonly target: string; readonly agent: Agent }): Proxy
}

declare module 'httpxy' {
  import type { Agent, IncomingMessage, ServerResponse } from 'node:http'

  export function createProxyServer(options: { readonly target: string; readonly agent: Agent }): {
    web(req: IncomingMessage, res: ServerResponse): Promise<void>
  }
}

declare module '@fastify/http-proxy' {
  const plugin: import('fastify').Plugin<{
    readonly upstream: string
    readonly undici: { readonly connections: number; readonly pipelining: number }
  }>
  export default plugin
}

declare module 'fastify' {
  import type { IncomingMessage } from 'node:http'

  export interface Plugin<Options> {
    readonly options: Options
  }
  export interface FastifySession {
    user?: string
    counter?: number
    regenerate(): Promise<void>
    destroy(): Promise<void>
    get(name: 'member'): { readonly user: string; readonly counter: number } | undefined
    set(name: 'member', value: { readonly user: string; readonly counter: number }): void
  }
  export interface FastifyRequest {
    readonly raw: IncomingMessage
    readonly body: unknown
    readonly session: FastifySession
  }
  interface Reply {
    type(type: string): this
    code(status: number): this
    headers(headers: Readonly<Record<string, string>>): this
    send(body: string): this
  }
  interface Route {
    readonly method: readonly string[]
    readonly url: string
    readonly handler: (request: FastifyRequest, reply: Reply) => Promise<Reply>
  }
  export interface FastifyInstance {
    register<Options>(plugin: Plugin<Options>, options?: Options): void
    route(route: Route): void
    addHook(name: 'onResponse', hook: () => Promise<void>): void
    addContentTypeParser(
      type: string,
      options: { readonly parseAs: 'string' },
      parse: (request: FastifyRequest, body: string, done: (error: null, body: string) => void) => void,
    ): void
    listen(where: { readonly host: string; readonly port: number }): Promise<string>
    addresses(): readonly { readonly port: number }[]
  }
  export default function fastify(options: { readonly logger: boolean; readonly trustProxy?: boolean }): FastifyInstance
}

declare module '@fastify/cookie' {
  const plugin: import('fastify').Plugin<object>
  export default plugin
}

declare module '@fastify/session' {
  const plugin: import('fastify').Plugin<{
    readonly secret: string
    readonly saveUninitialized: boolean
    readonly store?: MemoryStore
    readonly cookie?: { readonly secure: boolean }
  }>
  export class MemoryStore {
    constructor(held: Map<string, unknown>)
  }
  export default plugin
}

declare module '@fastify/secure-session' {
  const plugin: import('fastify').Plugin<{
    readonly key: Buffer
    readonly cookie: { readonly path: string; readonly httpOnly: boolean; readonly sameSite: string }
  }>
  export default plugin
}

declare module 'iron-session' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Options {
    readonly password: string
    readonly cookieName: string
    readonly cookieOptions?: { readonly secure: boolean }
  }
  export function getIronSession<T>(
    req: IncomingMessage,
    res: ServerResponse,
    options: Options,
  ): Promise<Partial<T> & { save(): Promise<void>; destroy(): void }>
}

declare module 'better-auth' {
  import type { DatabaseSync } from 'node:sqlite'

  interface Live {
    readonly user: { readonly name: string }
    readonly session: { readonly counter: number; readonly card: string }
  }
  interface Told<T> {
    readonly headers: Headers
    readonly response: T
  }
  interface WithHeaders {
    readonly headers: Headers
    readonly returnHeaders: true
  }
  type Field = { readonly type: 'number' | 'string'; readonly defaultValue: number | string }
  interface Auth {
    readonly options: object
    handler(request: Request): Promise<Response>
    readonly api: {
      signUpEmail(call: {
        readonly body: { readonly name: string; readonly email: string; readonly password: string }
        readonly returnHeaders?: true
      }): Promise<Told<unknown>>
      updateSession(
        call: { readonly body: { readonly counter?: number; readonly card?: string } } & WithHeaders,
      ): Promise<Told<unknown>>
      getSession(call: WithHeaders): Promise<Told<Live | null>>
      getSession(call: { readonly headers: Headers }): Promise<Live | null>
    }
  }
  export function betterAuth(options: {
    readonly baseURL: string
    readonly secret: string
    readonly database: DatabaseSync
    readonly emailAndPassword: { readonly enabled: boolean }
    readonly session: {
      readonly additionalFields: Readonly<Record<string, Field>>
      readonly cookieCache: { readonly enabled: boolean; readonly maxAge: number }
    }
    readonly telemetry: { readonly enabled: boolean }
    readonly logger?: { readonly disabled: boolean }
  }): Auth
}

declare module 'better-auth/db/migration' {
  export function getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>
}

declare module 'better-auth/node' {
  import type { IncomingHttpHeaders } from 'node:http'

  export function fromNodeHeaders(headers: IncomingHttpHeaders): Headers
}

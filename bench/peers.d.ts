// The parts of the peers that are used here, so that the types are checked without their packages.

declare module 'express-session' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Session {
    user?: string
    counter?: number
    regenerate(done: (error?: unknown) => void): void
  }
  interface Options {
    readonly secret: string
    readonly resave: boolean
    readonly saveUninitialized: boolean
  }
  export default function session(
    options: Options,
  ): (req: IncomingMessage & { session?: Session }, res: ServerResponse, next: (error?: unknown) => void) => void
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
  export interface Options {
    readonly upstream: string
    readonly undici: { readonly connections: number; readonly pipelining: number }
  }
  const plugin: { readonly options: Options }
  export default plugin
}

declare module 'fastify' {
  interface Server {
    register<Options>(plugin: { readonly options: Options }, options: Options): void
    listen(where: { readonly host: string; readonly port: number }): Promise<string>
    addresses(): readonly { readonly port: number }[]
  }
  export default function fastify(options: { readonly logger: boolean }): Server
}

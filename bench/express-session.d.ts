// The part of express-session that is used here, so that the types are checked without its packages.

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

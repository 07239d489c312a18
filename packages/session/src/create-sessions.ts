import type { IncomingMessage, ServerResponse } from 'node:http'
import { NodeExchange } from './adapters/node.ts'
import { framePolicy } from './http/framing.ts'
import type { SessionsOptions } from './options.ts'
import { TransportRules } from './proxies.ts'
import { Sessions } from './sessions.ts'

/**
 * The sessions of a site served by node:http, or by anything that hands its `req` and `res` on.
 *
 * @example
 * import { createServer } from 'node:http'
 * import { createSessions, memory } from '@coatcheck/session'
 *
 * const sessions = createSessions({ store: memory(), initial: () => ({ cart: [] as string[] }) })
 * const server = createServer(async (req, res) => {
 *   const session = await sessions.open(req, res)
 *   if (req.method === 'POST') await session.update((data) => void data.cart.push('a book'))
 *   res.end(`${session.user ?? 'Stranger'}, your basket holds ${session.data.cart.length}.`)
 * })
 *
 * @throws ERR_OPTION
 */
export function createSessions<Data = Record<string, never>>(
  options: SessionsOptions<Data>,
): Sessions<Data, [req: IncomingMessage, res: ServerResponse]> {
  const rules = new TransportRules(options)
  const policy = framePolicy(options.embedded ?? [])
  const sessions: Sessions<Data, [IncomingMessage, ServerResponse]> = new Sessions(
    options,
    (req, res) => new NodeExchange(req, res, rules, policy, (directives) => sessions.reportCaching(directives)),
  )
  return sessions
}

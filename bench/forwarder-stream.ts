// The other yardstick: a forwarder as undici's documentation suggests it, on `Pool.stream` with header objects.
// Argument: the application's port.

import { Pool } from 'undici'
import { serve } from './servers/serve.ts'

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 256, pipelining: 1 })

serve((req, res) => {
  const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, upgrade: ____, ...headers } = req.headers
  const body = req.method === 'GET' ? null : req
  pool
    .stream(
      { method: req.method as 'GET', path: req.url ?? '/', headers, body },
      ({ statusCode, headers: answered }) => {
        const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...kept } = answered
        return res.writeHead(statusCode, kept)
      },
    )
    .catch(() => res.destroy())
})

// http-proxy-3 with connections that are kept alive, as its documentation says for load. Argument: the application's port.

import { Agent } from 'node:http'
import { createProxyServer } from 'http-proxy-3'
import { serve } from './serve.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 256 })
const proxy = createProxyServer({ target: `http://127.0.0.1:${process.argv[2]}`, agent })
proxy.on('error', (_error, _req, res) => res.destroy())

serve((req, res) => proxy.web(req, res))

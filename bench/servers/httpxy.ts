// httpxy with connections that are kept alive. Argument: the application's port.

import { Agent } from 'node:http'
import { createProxyServer } from 'httpxy'
import { serve } from './serve.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 256 })
const proxy = createProxyServer({ target: `http://127.0.0.1:${process.argv[2]}`, agent })

serve((req, res) => void proxy.web(req, res).catch(() => res.destroy()))

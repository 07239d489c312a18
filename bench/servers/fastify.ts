// @fastify/http-proxy, without Fastify's log. Argument: the application's port.

import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'
import { ready } from './serve.ts'

const server = fastify({ logger: false })
server.register(httpProxy, {
  upstream: `http://127.0.0.1:${process.argv[2]}`,
  undici: { connections: 256, pipelining: 1 },
})
await server.listen({ host: '127.0.0.1', port: 0 })
ready(server.addresses()[0]!.port)

// The coatcheck gateway before an application. Argument: the application's port.

import { parseConfig, startGateway } from '@coatcheck/gateway'
import { ready } from './serve.ts'

const config = parseConfig(
  `
listen: ['http://127.0.0.1:0']
sites:
  - upstream: http://127.0.0.1:${process.argv[2]}
    login: { path: /sign-in, success: { setsCookie: app-session } }
`,
  'bench.yaml',
  process.cwd(),
)
const gateway = await startGateway(config)
ready(gateway.listeners[0]!.port)

// The coatcheck gateway before an application. Arguments: the application's port, and where sessions are kept.

import { parseConfig, startGateway } from '@coatcheck/gateway'
import { ready } from './serve.ts'

const [application, store = 'memory'] = process.argv.slice(2)
const config = parseConfig(
  `
listen: ['http://127.0.0.1:0']
store: '${store}'
sites:
  - upstream: http://127.0.0.1:${application}
    login: { path: /sign-in, success: { setsCookie: app-session } }
`,
  'bench.yaml',
  process.cwd(),
)
const gateway = await startGateway(config)
ready(gateway.listeners[0]!.port)

// The coatcheck gateway before an application. Arguments: the application's port, and where sessions are kept.

import { parseConfig, startGateway } from '@coatcheck/gateway'
import { gatewayConfig } from './gateway-config.ts'
import { ready } from './serve.ts'

const [application = '', store = 'memory'] = process.argv.slice(2)
const gateway = await startGateway(parseConfig(gatewayConfig(application, store), 'bench.yaml', process.cwd()))
ready(gateway.listeners[0]!.port)

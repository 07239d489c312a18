// The coatcheck gateway as several processes on one store. Arguments: the application's port, an SQLite file, how many.

import cluster from 'node:cluster'
import { parseConfig } from '@coatcheck/gateway'
import { startWorkers } from '../../packages/cli/src/workers/primary.ts'
import { processorTimeOf } from '../proc.ts'
import { gatewayConfig } from './gateway-config.ts'
import { processorTime, ready } from './serve.ts'

const [application = '', file, count] = process.argv.slice(2)
const config = parseConfig(
  `workers: ${count}\n${gatewayConfig(application, `sqlite:${file}`)}`,
  'bench.yaml',
  process.cwd(),
)
const gaveUp = (error: Error) => {
  throw error
}
// They would say on our standard output who signed in.
cluster.setupPrimary({ silent: true })
cluster.on('fork', ({ process: { stdout, stderr } }) => {
  stdout?.resume()
  stderr?.pipe(process.stderr)
})
const workers = await startWorkers(config, { report: () => {}, gaveUp })
ready(workers.listeners[0]!.port, () => {
  const parts = Object.values(cluster.workers ?? {}).map((worker) => processorTimeOf(worker?.process.pid ?? 0))
  return { cpu: parts.reduce((sum, part) => sum + part, processorTime()), parts }
})

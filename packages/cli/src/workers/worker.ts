// Run as a process of its own by primary.ts: one gateway among several, on the listeners and the store that they share.
//
// It lives as long as its primary: when the channel between them closes, node:cluster ends this process.

import { type GatewayEvent, type PeerWord, startGateway } from '@coatcheck/gateway'
import { describe } from '../describe.ts'
import { addressesOf, type FromWorker, type ToWorker } from './messages.ts'

/** What all workers find at once is said by the first. */
const OF_ALL: ReadonlySet<GatewayEvent['type']> = new Set([
  'adoption-window',
  'certificate-kept',
  'certificate-renewed',
])

// A terminal and systemd send signals to all processes at once. The primary decides what they mean.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const listeners: ((word: PeerWord) => void)[] = []
const peers = {
  tell: (word: PeerWord) => say({ type: 'peer', word }),
  hear: (listener: (word: PeerWord) => void) => void listeners.push(listener),
}

let gateway: Awaited<ReturnType<typeof startGateway>> | undefined

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'start':
      void start(message)
      break
    case 'reload':
      void reload(message)
      break
    case 'stop':
      stop(message)
      break
    case 'peer':
      for (const listener of listeners) listener(message.word)
  }
})

async function reload({ config }: ToWorker & { type: 'reload' }): Promise<void> {
  if (gateway === undefined) return
  try {
    const changes = await gateway.reload(config)
    say({ type: 'reloaded', changes, listeners: addressesOf(gateway) })
  } catch (error) {
    say({ type: 'kept', reason: (error as Error).message })
  }
}

async function start({ config, number }: ToWorker & { type: 'start' }): Promise<void> {
  try {
    gateway = await startGateway(config, { peers, report: (event) => report(event, number) })
    say({ type: 'serving', listeners: addressesOf(gateway) })
  } catch (error) {
    say({ type: 'failed', reason: (error as Error).message }, () => process.exit(1))
  }
}

function stop({ within }: ToWorker & { type: 'stop' }): void {
  if (gateway === undefined) process.exit(0)
  void gateway.close({ within }).then(() => process.exit(0))
  say({ type: 'stopping', openStreams: gateway.openStreams })
}

function report(event: GatewayEvent, number: number): void {
  if (event.type === 'configuration-reloaded') return // which the primary says, once all have it
  if (number !== 1 && OF_ALL.has(event.type)) return
  const line = describe(event)
  if (line !== null) console.log(`${new Date().toISOString()} worker ${number}: ${line}`)
}

function say(message: FromWorker, done: () => void = () => {}): void {
  // Without the channel this process is about to end.
  if (process.connected) process.send?.(message, undefined, undefined, done)
}

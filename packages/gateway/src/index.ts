// @coatcheck/gateway: what the command line and programs that embed the gateway use.

export * from './config/index.ts'
export { Gateway, type GatewayOptions, startGateway } from './gateway.ts'
export type { GatewayEvent, Report } from './report.ts'
export { administer } from './store.ts'

// @coatcheck/gateway: what the command line and programs that embed the gateway use.

export * from './config/index.ts'
export type { Consequence } from './explain/consequences.ts'
export { type Explanation, explain } from './explain/explain.ts'
export { renderOrigin } from './explain/origin.ts'
export { Gateway, type GatewayOptions, startGateway } from './gateway.ts'
export type { Observed } from './observe/observed.ts'
export { proposal } from './observe/proposal.ts'
export { readReport } from './observe/report-file.ts'
export { type Summary, summarise } from './observe/summary.ts'
export { type Changes, ReloadError } from './reload.ts'
export type { GatewayEvent, Report } from './report.ts'
export { Administration, administer } from './store.ts'

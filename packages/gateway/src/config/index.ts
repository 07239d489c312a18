// The gateway's configuration: what it holds, how it is read, what it may say.

export type * from './config.ts'
export { configJsonSchema } from './json-schema.ts'
export {
  type Beside,
  type CommandLine,
  defaultConfig,
  loadConfig,
  misfit,
  type OpenConfig,
  openConfig,
  parseConfig,
  problemLines,
} from './load.ts'
export { type Preset, type PresetName, presetNames, presets } from './presets/index.ts'
export { ConfigError, type Place, type Problem, renderProblem } from './problem.ts'
export { schema } from './schema.ts'
export { endpointOrigin, isLoopbackHost } from './values/endpoint.ts'
export { compilePathPattern } from './values/path-pattern.ts'

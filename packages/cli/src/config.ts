// `coatcheck config`: what a configuration says, without serving it.

import { configJsonSchema, loadConfig } from '@coatcheck/gateway'
import { Command } from 'commander'
import { explainCommand } from './config-explain.ts'

export function configCommand(): Command {
  return new Command('config')
    .description('look at a configuration without serving it')
    .helpCommand(false)
    .addCommand(
      new Command('check')
        .description('find every mistake in a configuration, with line, key and remedy')
        .argument('<file>', 'the YAML file')
        .action(async (file: string) => {
          const config = await loadConfig(file)
          for (const warning of config.warnings) console.log(`warning: ${warning}`)
          const sites = config.sites.length === 1 ? 'one site' : `${config.sites.length} sites`
          console.log(`${file} is good: ${sites}`)
        }),
    )
    .addCommand(explainCommand())
    .addCommand(
      new Command('schema')
        .description('print the JSON Schema of the configuration, for editors')
        .action(() => console.log(JSON.stringify(configJsonSchema(), null, 2))),
    )
}

// The schema as JSON Schema, for editors (`# yaml-language-server: $schema=...`) and for the remedies of `issues.ts`.

import { z } from 'zod'
import { schema } from './schema.ts'

/** zod leaves the examples out where a value is parsed into another type; ours are all of what is written in the file. */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.examples
      if (Array.isArray(examples)) jsonSchema.examples = examples
    },
  })
}

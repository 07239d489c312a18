// The schema as JSON Schema, for editors (`# yaml-language-server: $schema=...`) and for the remedies of `issues.ts`.
//
// It says what one value may be; what several say together only the loader knows. What the loader takes, it takes too.

import { z } from 'zod'
import { schema } from './schema.ts'

/**
 * zod leaves examples, defaults and patterns out where a value is parsed into another type; ours are all of what is written
 * in the file. Draft 7 is what editors know.
 */
export function configJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ zodSchema, jsonSchema }) => {
      const meta = z.globalRegistry.get(zodSchema) ?? {}
      for (const key of ['examples', 'default', 'pattern', 'minimum', 'maximum'] as const) {
        if (meta[key] !== undefined) jsonSchema[key] = meta[key] as never
      }
    },
  })
}

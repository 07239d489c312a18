import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configJsonSchema } from './json-schema.ts'

test('every key has a description and an example for editors', () => {
  const seen: string[] = []
  visit(configJsonSchema(), '')
  assert(seen.includes('sites[].login|.success.setsCookie'), seen.join('\n'))

  function visit(node: ReturnType<typeof configJsonSchema>, path: string): void {
    for (const [key, value] of Object.entries((node.properties ?? {}) as Record<string, typeof node>)) {
      const name = path === '' ? key : `${path}.${key}`
      seen.push(name)
      assert.match(value.description ?? '', /^[A-Z].*\.$/, name)
      assert(value.examples?.length, name)
      visit(value, name)
    }
    if (node.items) visit(node.items as typeof node, `${path}[]`)
    for (const branch of node.anyOf ?? []) visit(branch as typeof node, `${path}|`)
  }
})

test('a wrong key is refused by editors too', () => {
  assert.equal(configJsonSchema().additionalProperties, false)
})

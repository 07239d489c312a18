// From what zod says about a value to what a person needs to know: which key, what is wrong, what to write instead.
//
// The schema's own examples are the remedies, so that the two cannot drift apart.

import { stringify } from 'yaml'
import type { z } from 'zod'
import { configJsonSchema } from './json-schema.ts'
import { type Finding, type KeyPath, renderKey } from './problem.ts'
import { nearest } from './suggest.ts'

type Issue = z.core.$ZodIssue
type JsonSchema = z.core.JSONSchema.BaseSchema

/** A misspelt key also names the one that was meant: that one is not missing, though it is not there. */
export interface SchemaFinding extends Finding {
  readonly meant: KeyPath | null
}

export function explainIssues(value: unknown, issues: readonly Issue[]): SchemaFinding[] {
  const findings = issues.flatMap((issue) => explain(value, issue, []))
  const meant = new Set(findings.flatMap((finding) => (finding.meant === null ? [] : [renderKey(finding.meant)])))
  return findings.filter(({ path }) => !(meant.has(renderKey(path)) && valueAt(value, path) === undefined))
}

function explain(root: unknown, issue: Issue, base: KeyPath): SchemaFinding[] {
  const path = [...base, ...(issue.path as (string | number)[])]
  const finding = (what: string, remedy: string): SchemaFinding[] => [{ path, at: 'value', what, remedy, meant: null }]
  const given = valueAt(root, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key))
    case 'invalid_union': {
      const branch = issue.errors.filter((issues) => !issues.some(isWrongType))
      if (branch.length === 1) return branch[0]!.flatMap((inner) => explain(root, inner, path))
      return wrongType(path, given)
    }
    case 'invalid_type':
      return Number.isNaN(given) || issue.expected === 'int'
        ? finding('is not a whole number', example(path))
        : wrongType(path, given)
    case 'invalid_value': {
      if (given === undefined || given === null || typeof given === 'object') return wrongType(path, given)
      const values = issue.values.map(String)
      const near = nearest(String(given), values)
      return finding(
        `is "${given}", which is none of ${values.join(', ')}`,
        near === null ? `write one of ${values.join(', ')}` : `did you mean ${near}?`,
      )
    }
    case 'too_small':
      return typeof given === 'number'
        ? finding(`is below ${issue.minimum}`, `write a number from ${issue.minimum}`)
        : finding('is empty', example(path))
    case 'too_big':
      return finding(`is above ${issue.maximum}`, `write a number up to ${issue.maximum}`)
    case 'custom':
      return finding(issue.message, String(issue.params?.remedy ?? ''))
    default:
      return finding(issue.message, example(path))
  }
}

const isWrongType = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0

function wrongType(path: KeyPath, given: unknown): SchemaFinding[] {
  const remedy = example(path)
  if (path.length === 0) {
    const what = given === null || given === undefined ? 'the file is empty' : `the file is ${nameOf(given)}, not a map`
    return [
      { path, at: 'value', what, remedy: 'write at least: sites: [{ upstream: http://127.0.0.1:8081 }]', meant: null },
    ]
  }
  // What stands where a secret belongs is not said again.
  const named = path[0] === 'secret' && typeof given === 'number' ? 'a number' : nameOf(given)
  const what =
    given === undefined ? 'is missing' : given === null ? 'has no value' : `is ${named}, not ${expected(path)}`
  return [
    {
      path,
      at: 'value',
      what,
      remedy: given === undefined ? `add ${remedy.replace(/^write /, '')}` : remedy,
      meant: null,
    },
  ]
}

function unknownKey(parent: KeyPath, key: string): SchemaFinding {
  const known = branches(jsonSchemaAt(parent)).flatMap((branch) => Object.keys(branch.properties ?? {}))
  const near = nearest(key, known)
  return {
    path: [...parent, key],
    at: 'key',
    what: 'is not a key that is known here',
    remedy: near === null ? `remove it; known are ${known.join(', ')}` : `did you mean "${near}"?`,
    meant: near === null ? null : [...parent, near],
  }
}

/** The example of a key, as it would stand in the file: `write idle: 30m`. */
function example(path: KeyPath): string {
  const key = path.at(-1)
  const [first] = jsonSchemaAt(path)?.examples ?? []
  if (first === undefined) return 'see the documentation of this key'
  const text = stringify(first, { collectionStyle: 'flow', flowCollectionPadding: true, lineWidth: 0 }).trim()
  return `write ${typeof key === 'string' ? `${key}: ` : ''}${text}`
}

function expected(path: KeyPath): string {
  const { type, anyOf } = jsonSchemaAt(path) ?? {}
  const types = [type ?? anyOf?.map((branch) => (branch as JsonSchema).type)].flat(2)
  const names: Record<string, string> = { object: 'a map', array: 'a list', string: 'text', boolean: 'true or false' }
  return types.map((name) => names[String(name)] ?? 'a number').join(' or ')
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value !== null && typeof value === 'object') return 'a map'
  return typeof value === 'string' ? 'text' : `the ${typeof value} ${value}`
}

function valueAt(root: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      value !== null && typeof value === 'object' && Object.hasOwn(value, step)
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    root,
  )
}

let asJsonSchema: JsonSchema | undefined

function jsonSchemaAt(path: KeyPath): JsonSchema | undefined {
  asJsonSchema ??= configJsonSchema()
  return path.reduce<JsonSchema | undefined>(
    (node, step) =>
      branches(node)
        .map(
          (branch) =>
            (typeof step === 'number' ? branch.items : (branch.properties?.[step] ?? branch.additionalProperties)) as
              | JsonSchema
              | undefined,
        )
        .find((found) => found !== undefined),
    asJsonSchema,
  )
}

/** What a value may be: one thing, or one of several. */
const branches = (node: JsonSchema | undefined): JsonSchema[] =>
  node === undefined ? [] : [node, ...((node.anyOf ?? []) as JsonSchema[])]

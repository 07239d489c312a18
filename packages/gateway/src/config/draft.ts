// A file as far as it can be read: what is wrong is left out, so that the checks across keys still judge the rest and
// everything is told at once.
//
// In a draft `undefined` means "there, but wrong: already told". What is not there has its default, or is null.

import { explainIssues, type SchemaFinding } from './issues.ts'
import type { KeyPath } from './problem.ts'
import { type File, schema } from './schema.ts'
import { type FileSite, siteSchema } from './schema-site.ts'

type Readable<T> = { readonly [K in keyof T]: T[K] | undefined }

export interface Draft {
  readonly gateway: Readable<Omit<File, 'sites'>>
  /** Empty where not even the list can be read. */
  readonly sites: readonly Readable<FileSite>[]
}

export type DraftSite = Draft['sites'][number]

export interface Reading {
  readonly draft: Draft
  readonly findings: readonly SchemaFinding[]
  /** Null where there are findings. */
  readonly whole: File | null
}

export function read(value: unknown): Reading {
  const parsed = schema.safeParse(value)
  if (parsed.success)
    return { draft: { gateway: parsed.data, sites: parsed.data.sites }, findings: [], whole: parsed.data }
  const findings = explainIssues(value, parsed.error.issues)
  const meant = findings.flatMap((finding) => (finding.meant === null ? [] : [finding.meant]))
  const sites = asRecord(value).sites
  const draft: Draft = {
    gateway: readable<Omit<File, 'sites'>>(schema.shape, value, keysIn(meant, [])),
    sites: Array.isArray(sites)
      ? sites.map((site, i) => readable<FileSite>(siteSchema.shape, site, keysIn(meant, ['sites', i])))
      : [],
  }
  return { draft, findings, whole: null }
}

type Shape = Readonly<Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>>

function readable<T>(shape: Shape, value: unknown, misspelt: ReadonlySet<unknown>): Readable<T> {
  const record = asRecord(value)
  const entries = Object.entries(shape).map(([key, field]) => [
    key,
    misspelt.has(key) ? undefined : field.safeParse(Object.hasOwn(record, key) ? record[key] : undefined).data,
  ])
  return Object.fromEntries(entries) as Readable<T>
}

/** The keys directly below `parent` that somebody meant by another word. */
function keysIn(meant: readonly KeyPath[], parent: KeyPath): ReadonlySet<unknown> {
  return new Set(
    meant
      .filter((path) => path.length === parent.length + 1 && parent.every((step, i) => path[i] === step))
      .map((path) => path.at(-1)),
  )
}

const asRecord = (value: unknown): Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

// A YAML text with the place of every key: parsed once, asked for places when something is wrong.
//
// YAML 1.2: `off`, `no` and `yes` are words. Keys are strings and unique. Anchors and aliases work.

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { Finding, KeyPath, Place, Problem } from './problem.ts'
import { renderKey } from './problem.ts'
import { type Explanation, explainSyntax } from './syntax.ts'

export interface Source {
  readonly file: string
  /** The plain value. */
  readonly value: unknown
  /** Syntax errors. */
  readonly problems: readonly Problem[]
  /** Whether the value is what the text means, syntax errors or not, so that the rest can be checked too. */
  readonly usable: boolean
  problem(finding: Finding): Problem
  /** Where a key stands; null where it does not. */
  place(path: KeyPath): Place | null
}

export function readSource(text: string, file: string): Source {
  const content = text.replace(/^\uFEFF/, '')
  const counter = new LineCounter()
  const document = parseDocument(content, { lineCounter: counter, prettyErrors: false, stringKeys: true })

  const lines = withoutSecrets(content, document).split(/\r?\n/)

  function placeOf(start: number, end: number): Place {
    const { line, col } = counter.linePos(Math.min(start, content.length))
    const text = lines[line - 1] ?? ''
    return { line, column: col, length: Math.max(1, Math.min(end - start, text.length - col + 1)), text }
  }

  const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  const said = errors.map(({ code, message, pos }) => ({
    ...explainSyntax(code, message, placeOf(pos[0], pos[1]).text),
    pos,
  }))
  const flaws = causes(said)
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) !== undefined) return
      flaws.push({ ...explainSyntax('BAD_ALIAS', node.source, ''), pos: [node.range![0], node.range![1]] })
    },
  })
  const problems = flaws.map(
    ({ what, remedy, pos }): Problem => ({ file, place: placeOf(pos[0], pos[1]), key: '', what, remedy }),
  )
  const usable = [...said, ...flaws].every(({ harmless }) => harmless)

  return {
    file,
    value: usable ? document.toJS() : null,
    problems,
    usable,
    problem({ path, at, what, remedy, beside }) {
      const problem = { file, place: placeOf(...rangeOf(document, path, at)), key: renderKey(path), what, remedy }
      return beside === undefined ? problem : { ...problem, beside: placeOf(...rangeOf(document, beside, 'value')) }
    },
    place(path) {
      const { key, value, found } = find(document, path)
      const range = (key ?? value)?.range
      return found && range ? placeOf(range[0], range[1]) : null
    },
  }
}

/**
 * What the parser says of one place after the first is the same mistake. Where one cost it the thread, what it says of the
 * rest of the file is no help: that is told when the mistake is mended.
 */
function causes<Flaw extends Explanation & { readonly pos: readonly [number, number] }>(
  flaws: readonly Flaw[],
): Flaw[] {
  const places = flaws.filter(({ pos }, i) => flaws.findIndex((other) => other.pos[0] === pos[0]) === i)
  if (flaws.every(({ harmless }) => harmless)) return places
  const lost = places.findIndex(({ harmless, misleads }) => !harmless || misleads)
  // What is not harmless may stand where a harmless one was told.
  return lost === -1 ? places : places.slice(0, lost + 1)
}

/** Where the path stands; for what is missing, where it should have been: its parent. */
function rangeOf(document: Document.Parsed, path: KeyPath, at: 'key' | 'value'): readonly [number, number] {
  const { key, value, found } = find(document, path)
  if (!found) return firstMark(key, value)
  const wanted = at === 'key' || isEmpty(value) ? (key ?? value) : value
  return wanted?.range ? [wanted.range[0], wanted.range[1]] : [0, 1]
}

/**
 * The text as it may be shown: what stands below a key of secrets, however that is spelt, and what is long enough to be one
 * in a file that cannot be read. Lengths stay, so that carets fit.
 */
function withoutSecrets(content: string, document: Document.Parsed): string {
  if (!/secret/i.test(content)) return content
  let shown = content
  const hide = (start: number, end: number) => {
    const stars = shown.slice(start, end).replace(/\S/g, '*')
    shown = shown.slice(0, start) + stars + shown.slice(end)
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!/secret/i.test(String(key)) || !isNode(value)) return
      visit(value, {
        Scalar(_, { value, range }) {
          if (range && typeof value !== 'boolean' && !/^file:/.test(String(value))) hide(range[0], range[1])
        },
      })
    },
  })
  if (document.errors.length === 0) return shown
  return shown.replace(/[\w+/=-]{32,}/g, (run) => '*'.repeat(run.length))
}

interface Found {
  /** Null in a list. */
  readonly key: Node | null
  readonly value: Node | null
  /** Whether it is the path's; else it is the last one on the way. */
  readonly found: boolean
}

function find(document: Document.Parsed, path: KeyPath): Found {
  let key: Node | null = null
  let value: Node | null = document.contents
  for (const step of path) {
    const container: Node | null | undefined = isAlias(value) ? value.resolve(document) : value
    const pair = isMap<Node, Node | null>(container)
      ? container.items.find((item) => String(item.key) === step)
      : undefined
    if (pair !== undefined) [key, value] = [pair.key, pair.value]
    else if (isSeq<Node>(container) && typeof step === 'number' && container.items[step]) {
      ;[key, value] = [null, container.items[step]]
    } else return { key, value, found: false }
  }
  return { key, value, found: true }
}

/** A key if there is one; of a collection the first character is enough. */
function firstMark(key: Node | null, value: Node | null): readonly [number, number] {
  if (key?.range) return [key.range[0], key.range[1]]
  const start = value?.range?.[0] ?? 0
  return [start, isCollection(value) || !value?.range ? start + 1 : value.range[1]]
}

const isEmpty = (node: Node | null): boolean => !node?.range || node.range[0] === node.range[1]

#!/usr/bin/env node
// Plain JavaScript, so that an old Node gives a sentence instead of a syntax error.

const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(`coatcheck needs Node 24 or newer; this is ${process.version}. In a checkout, run it with npm or npx.`)
  process.exit(1)
}
// The sources run as they are in a checkout; a published package has them compiled beside this folder.
const { existsSync } = await import('node:fs')
const source = new URL('../src/main.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source.href : new URL('../dist/main.js', import.meta.url).href)
await main(process.argv)

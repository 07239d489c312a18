// What `console.log` and other inspections ask of an object. `node:util` is not imported for it, nor are other modules
// by name where that loads all that hangs on them: a start would take half as long again.

/** As node:util's `inspect.custom`, which is documented to be this symbol. */
export const inspectCustom: unique symbol = Symbol.for('nodejs.util.inspect.custom')

/** As node:util's. */
export function inspected(value: unknown): string {
  return process.getBuiltinModule('node:util').inspect(value, { depth: 0 })
}

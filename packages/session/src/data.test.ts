import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DataCodec, draftOf, frozen, type StandardSchema } from './data.ts'
import { SessionError } from './errors.ts'

const codec = new DataCodec<unknown>(() => ({}), undefined)
const cyclic: { self?: unknown } = {}
cyclic.self = cyclic

const refused: [string, unknown, RegExp][] = [
  ['a Date, which would come back as text', { at: new Date(0) }, /^data\.at is a Date, which JSON cannot carry; store/],
  ['a Map, which would come back empty', { cart: [new Map()] }, /^data\.cart\[0\] is a Map/],
  ['an instance of a class', { user: new (class User {})() }, /^data\.user is a User/],
  ['NaN, which would come back as null', { sum: Number.NaN }, /^data\.sum is NaN/],
  ['a hole in a list', { list: [1, undefined] }, /^data\.list\[1\] is undefined/],
  ['a function', { f: () => 1 }, /^data\.f is a function/],
  ['a symbol', { s: Symbol('x') }, /^data\.s is a symbol/],
  ['a bigint', { n: 1n }, /^data\.n is a bigint/],
  ['what refers to itself', cyclic, /nested more than 100 levels deep, or refers to itself/],
]

for (const [sentence, value, message] of refused) {
  test(`session data is JSON: refuses ${sentence}`, async () => {
    await assert.rejects(codec.write(value), (error) => {
      return error instanceof SessionError && error.code === 'ERR_DATA' && message.test(error.message)
    })
  })
}

test('E2: what is written is exactly what a later read returns', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      const { json, data } = await codec.write({ value })
      assert.deepEqual(await codec.read(json), data)
    }),
  )
})

test('a key set to undefined is a key that is gone', async () => {
  assert.equal((await codec.write({ a: undefined, b: 1 })).json, '{"b":1}')
})

test('data is frozen at every depth, and a draft of it is not', async () => {
  const { data } = (await codec.write({ cart: [{ item: 'tea' }] })) as { data: { cart: { item: string }[] } }
  assert.throws(() => {
    ;(data.cart[0] as { item: string }).item = 'coffee'
  }, TypeError)
  const draft = draftOf(data) as typeof data
  draft.cart.push({ item: 'coffee' })
  assert.equal(data.cart.length, 1)
})

test('a draft is what JSON carried, whatever its keys are called, and what a schema made of it', () => {
  const data = frozen(JSON.parse('{"__proto__":{"admin":true},"constructor":1,"list":[[{"a":null}]]}'))
  const draft = draftOf<Record<string, { admin: boolean }>>(data)
  assert.deepEqual(draft, data)
  assert.equal(Object.getPrototypeOf(draft), Object.prototype)
  Object.assign(Object.values(draft)[0] as object, { admin: false })
  assert.equal(JSON.stringify(data), '{"__proto__":{"admin":true},"constructor":1,"list":[[{"a":null}]]}')
  const since = new Date(0)
  const made = draftOf(frozen({ since, names: new Set(['a']) }))
  assert.deepEqual(made, { since, names: new Set(['a']) })
  assert.notEqual(made.since, since)
})

test('data that refers to itself is refused, with the place', async () => {
  const loop: Record<string, unknown> = {}
  loop.self = loop
  await assert.rejects(codec.write(draftOf(frozen(loop))), /data\.self.* refers to itself/)
})

/** As a validator of any library would look; it knows numbers, and turns text into dates. */
function schema(wait: boolean): StandardSchema<{ count: number; since: Date }> {
  const validate = (value: unknown) => {
    const { count = 0, since } = value as { count?: unknown; since?: unknown }
    const issues = typeof count === 'number' ? [] : [{ message: 'must be a number', path: ['count'] as const }]
    if (issues.length > 0) return { issues }
    return { value: { count: count as number, since: new Date(since as string | Date) } }
  }
  return {
    '~standard': { version: 1, vendor: 'test', validate: wait ? async (value) => validate(value) : validate },
  }
}

for (const wait of [false, true]) {
  const checked = new DataCodec(() => ({ count: 0, since: new Date(0) }), schema(wait))

  test(`a schema that answers ${wait ? 'later' : 'at once'} gives the types back that JSON lost`, async () => {
    const { data, json } = await checked.write({ count: 1, since: new Date(5) })
    assert.deepEqual(data, { count: 1, since: new Date(5) })
    assert.deepEqual(await checked.read(json), data)
  })

  test(`a schema that answers ${wait ? 'later' : 'at once'} refuses what does not fit, and says where`, async () => {
    await assert.rejects(checked.write({ count: 'x', since: 0 }), /data\.count: must be a number/)
    await assert.rejects(
      checked.read('{"count":"x"}'),
      /stored session data does not fit the schema \(give the schema a default/,
    )
  })
}

test('a schema fills in what an earlier release did not store', async () => {
  const checked = new DataCodec(() => ({ count: 0, since: new Date(0) }), schema(false))
  assert.equal((await checked.read('{"since":"2000-01-01"}')).count, 0)
})

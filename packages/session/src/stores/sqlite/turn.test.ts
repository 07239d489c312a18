import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import { test } from 'node:test'
import { beforeAnswers, OncePerTurn } from './turn.ts'

/** A question whose turn and clock a test sets. */
function arranged() {
  const state = { turn: 1, now: 5000, asked: 0, fails: false }
  const ask = () => {
    state.asked++
    if (state.fails) throw new Error('no answer')
  }
  return {
    state,
    once: new OncePerTurn(
      ask,
      () => state.turn,
      () => state.now,
    ),
  }
}

test('E8: within a turn of the event loop it is asked once', () => {
  const { state, once } = arranged()
  for (let i = 0; i < 100; i++) {
    state.now += 0.009
    once.check()
  }
  assert.equal(state.asked, 1)
})

test('E8: in the next turn it is asked again, also where the clock has not moved', () => {
  const { state, once } = arranged()
  once.check()
  state.turn++
  once.check()
  assert.equal(state.asked, 2)
})

test('E8: no answer is older than a millisecond, counted from when it was asked for', () => {
  const { state, once } = arranged()
  once.check()
  state.now += 0.999
  once.check()
  assert.equal(state.asked, 1)
  state.now += 0.001
  once.check()
  assert.equal(state.asked, 2)
})

test('E8: a process that was stopped in the middle of a turn asks again', () => {
  const { state, once } = arranged()
  once.check()
  state.now += 3_600_000
  once.check()
  assert.equal(state.asked, 2)
})

test('E8: once a write is answered it is asked again in the same turn', () => {
  const { state, once } = arranged()
  once.check()
  beforeAnswers()
  once.check()
  once.check()
  assert.equal(state.asked, 2)
})

test('E8: a question without an answer is asked again', () => {
  const { state, once } = arranged()
  once.check()
  state.turn++
  state.fails = true
  assert.throws(() => once.check(), /no answer/)
  assert.throws(() => once.check(), /no answer/)
  state.turn--
  assert.throws(() => once.check(), /no answer/)
})

test('E8: what arrives after the event loop has waited arrives in another turn', async (t) => {
  let asked = 0
  const once = new OncePerTurn(
    () => asked++,
    undefined,
    () => 0,
  )
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      for (let i = 0; i < 3; i++) once.check()
      socket.write(data)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as { port: number }
  const client = connect(port, '127.0.0.1')
  t.after(() => client.destroy())
  for (let n = 1; n <= 20; n++) {
    once.check() // from wherever an `await` resumes
    const before = asked
    client.write('x')
    await new Promise((resolve) => client.once('data', resolve))
    assert.equal(asked, before + 1)
  }
})

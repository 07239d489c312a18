import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attacks } from './all.ts'
import type { Attack } from './attack.ts'
import type { Door } from './scenarios/behind-coatcheck.ts'
import { startLeakyProtected } from './scenarios/leaky.ts'

async function fails(attack: Attack, door?: Door): Promise<void> {
  const target = await startLeakyProtected(attack, door)
  try {
    const { verdict, evidence } = await attack.run(target)
    assert.equal(verdict, 'failed', evidence)
  } finally {
    await target.close()
  }
}

describe('the leaky shop behind coatcheck', { concurrency: 4 }, () => {
  for (const attack of attacks) test(`${attack.name}: fails`, () => fails(attack))

  const doors = attacks.filter(({ needs }) => needs.includes('doors'))
  for (const door of ['refuse', 'tiered'] as const) {
    for (const attack of doors)
      test(`R5: ${attack.name}, where plain http gets ${door}: fails`, () => fails(attack, door))
  }
})

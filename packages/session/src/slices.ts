// Long lists, gone through without holding up those who wait for their answers.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** Items between two turns of the event loop: a millisecond's work. */
export const SLICE = 500

/** Does `work` for each item, in order; at once where they are few. */
export async function inSlices<Item>(items: readonly Item[], work: (item: Item) => void): Promise<void> {
  for (const [i, item] of items.entries()) {
    if (i > 0 && i % SLICE === 0) await nextTurn()
    work(item)
  }
}

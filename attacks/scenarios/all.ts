/**
 * The columns of the table. A site behind coatcheck is added here: a file beside this one that exports a `Scenario` with
 * `expect: 'failed'`, and its name in the list.
 */
import type { Scenario } from '../scenario.ts'
import { aspnetDirect, aspnetProtected } from './aspnet.ts'
import { leakyDirect, leakyProtected } from './leaky.ts'

export const scenarios: readonly Scenario[] = [leakyDirect, leakyProtected, aspnetDirect, aspnetProtected]

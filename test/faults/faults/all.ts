// The faults, in the order in which they are tried.

import type { Fault } from '../fault.ts'
import { clock } from './clock.ts'
import { failingDisk } from './failing-disk.ts'
import { fullDisk } from './full-disk.ts'
import { kill } from './kill.ts'
import { lock } from './lock.ts'
import { powerCut } from './power-cut.ts'
import { readOnly } from './read-only.ts'
import { underneath } from './underneath.ts'

export const faults: readonly Fault[] = [kill, powerCut, fullDisk, failingDisk, readOnly, underneath, clock, lock]

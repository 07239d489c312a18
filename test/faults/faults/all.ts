// The faults, in the order in which they are tried.

import type { Fault } from '../fault.ts'
import { kill } from './kill.ts'
import { powerCut } from './power-cut.ts'
import { underneath } from './underneath.ts'

export const faults: readonly Fault[] = [kill, powerCut, underneath]

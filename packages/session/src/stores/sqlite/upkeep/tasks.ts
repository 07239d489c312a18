// What the thread can be asked to do, by name.

import { backup } from './backup.ts'
import { check } from './check.ts'
import { restore } from './restore.ts'
import type { Watch } from './watch.ts'

export const TASKS = { backup, check, restore } as const

type Tasks = typeof TASKS
export type TaskName = keyof Tasks
export type Arguments<Name extends TaskName> = Parameters<Tasks[Name]> extends [...infer Rest, Watch] ? Rest : never
export type Result<Name extends TaskName> = Awaited<ReturnType<Tasks[Name]>>

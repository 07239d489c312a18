// The presets by name. A new one is a file beside this and a line here.

import { aspnet } from './aspnet.ts'
import { classicAsp } from './classic-asp.ts'
import { django } from './django.ts'
import { dokuwiki } from './dokuwiki.ts'
import { generic } from './generic.ts'
import { java } from './java.ts'
import { php } from './php.ts'
import { wordpress } from './wordpress.ts'

export type { Preset } from './preset.ts'

export const presets = { generic, aspnet, java, php, django, dokuwiki, 'classic-asp': classicAsp, wordpress } as const

export type PresetName = keyof typeof presets

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]]

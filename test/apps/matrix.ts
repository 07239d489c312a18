/**
 * What of each preset is played on a product, as the table of `docs/presets.md`. The suite holds that the figures are
 * true, and `test/docs/presets.test.ts` that the table is this one.
 *
 *   npx node test/apps/matrix.ts    prints it
 */
import { attacks } from '../../attacks/all.ts'
import type { Attack } from '../../attacks/attack.ts'
import { presets } from '../../packages/gateway/src/config/presets/index.ts'
import { aspnet } from './aspnet.ts'
import { classicAsp } from './classic-asp.ts'
import { django } from './django.ts'
import { dokuwiki } from './dokuwiki.ts'
import { leaky } from './leaky.ts'
import { php } from './php.ts'
import type { Product } from './product.ts'
import { tomcat } from './tomcat.ts'
import { wordpress } from './wordpress.ts'

export const products: readonly Product[] = [leaky, aspnet, classicAsp, tomcat, php, django, dokuwiki, wordpress]

const FAILURES = ['F1', 'F2', 'F3', 'F4', 'F5'] as const

export type Count = { tried: number; succeed: number }

/** Of the attacks of one failure: how many can be tried on the product by itself, and how many of these succeed there. */
export function countOf(product: Product, failure: string): Count {
  const known = new Set<string>([...Object.keys(product.places), ...(product.alsoKnown ?? ['doors'])])
  const canBeTried = ({ name, needs }: Attack) =>
    name.startsWith(`${failure} `) && !(name in (product.inapplicable ?? {})) && needs.every((part) => known.has(part))
  const tried = attacks.filter(canBeTried)
  return { tried: tried.length, succeed: tried.filter(({ name }) => !(name in product.holds)).length }
}

const HEAD = ['preset', 'product', 'wrong password, sign-in, sign-out', 'work', 'upload', 'second factor'] as const

export function matrix(): string {
  const rows = products.map((product) => [
    `\`${product.preset}\``,
    product.name,
    'yes',
    product.does.work,
    product.does.upload ?? 'it has none',
    'it has none',
    ...FAILURES.map((failure) => {
      const { tried, succeed } = countOf(product, failure)
      return `${succeed} of ${tried}`
    }),
    passing(product),
    product.idsOutside === undefined ? 'it writes none' : 'none',
  ])
  const lines = [[...HEAD, ...FAILURES, 'its cookies in the browser', 'its ids in pages'], HEADLINE, ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const HEADLINE = Array.from({ length: HEAD.length + FAILURES.length + 2 }, () => '---')

function passing({ preset, exposed }: Product): string {
  const known = presets[preset as keyof typeof presets].expose
  const names = exposed.filter((name) => known.includes(name))
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ')
}

if (import.meta.main) console.log(matrix())

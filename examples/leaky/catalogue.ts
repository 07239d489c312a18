/** What the shop sells, and its pictures: small drawings made here, so that there are real images to cache. */
export type Product = { id: string; name: string; text: string; price: string; color: string; shape: string }

const pot =
  '<path d="M60 95a40 34 0 0 0 80 0a40 34 0 0 0-80 0z"/><path d="M138 84l26-14-12 38-18 2z"/>' +
  '<path d="M62 80c-30-8-30 38 6 32" fill="none" stroke="INK" stroke-width="8"/><circle cx="100" cy="56" r="7"/>'
const cup =
  '<path d="M58 70h74v22a37 30 0 0 1-74 0z"/><ellipse cx="95" cy="132" rx="56" ry="7"/>' +
  '<path d="M130 78c28-4 26 30-6 28" fill="none" stroke="INK" stroke-width="8"/>'
const tin = '<rect x="64" y="58" width="72" height="78" rx="6"/><rect x="58" y="46" width="84" height="16" rx="6"/>'
const leaf = '<path d="M50 130C44 70 96 40 152 44c4 56-30 106-86 90z"/>'
const spoon = '<ellipse cx="70" cy="66" rx="22" ry="28"/><path d="M80 86l56 54 8-8-54-56z"/>'
const biscuit = '<circle cx="100" cy="94" r="46"/>'

export const catalogue: Product[] = [
  product('teapot', 'Round teapot', 'Holds four cups. Drips a little.', '24.00', '#b4532a', pot),
  product('cup', 'Breakfast cup', 'Wide, with its own saucer.', '9.50', '#2f6f73', cup),
  product('darjeeling', 'Darjeeling, first flush', '100 g, light and flowery.', '12.80', '#5c7d3a', leaf),
  product('caddy', 'Tea caddy', 'Closes better than it looks.', '14.20', '#7a4b7d', tin),
  product('spoon', 'Measuring spoon', 'One spoon a cup, one for the pot.', '4.90', '#8a8175', spoon),
  product('biscuit', 'Oat biscuits', 'A dozen, for dipping.', '3.60', '#c08a3e', biscuit),
]

function product(id: string, name: string, text: string, price: string, color: string, shape: string): Product {
  return { id, name, text, price, color, shape }
}

/** The drawing of a product, or undefined where there is none of that name. */
export function image(name: string): string | undefined {
  const found = catalogue.find((item) => `${item.id}.svg` === name)
  if (!found) return undefined
  const shape = found.shape.replaceAll('INK', found.color)
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 180" role="img" aria-label="${found.name}">` +
    `<rect width="200" height="180" fill="${found.color}22"/><g fill="${found.color}">${shape}</g></svg>\n`
  )
}

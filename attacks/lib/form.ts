/** As much of HTML as an attacker's program needs: forms, links, and what is in them. */

/** What a person does with a form: goes to its page, fills in these fields, and sends it with the rest as it was. */
export type Form = { page: string; fields: Record<string, string> }

export type FoundForm = { action: string; method: string; fields: [string, string][] }

/** The form on the page that has all these fields, with what it brings along: hidden fields and its first button. */
export function findForm(html: string, names: string[]): FoundForm | undefined {
  for (const [, attributes = '', inside = ''] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)) {
    const inputs = [...inside.matchAll(/<(?:input|button)\b([^>]*)>/gi)].map(([, text = '']) => ({
      name: attribute(text, 'name'),
      type: attribute(text, 'type')?.toLowerCase() ?? 'text',
      value: attribute(text, 'value') ?? '',
    }))
    if (!names.every((name) => inputs.some((input) => input.name === name))) continue
    const button = inputs.find(({ type, name }) => type === 'submit' && name)
    const sent = inputs.filter((input) => input.name && (input.type === 'hidden' || input === button))
    return {
      action: attribute(attributes, 'action') ?? '',
      method: attribute(attributes, 'method')?.toUpperCase() ?? 'GET',
      fields: sent.map(({ name, value }) => [name!, value]),
    }
  }
  return undefined
}

/** Where the links of a page lead, as they are written. */
export function linksOf(html: string): string[] {
  return [...html.matchAll(/<a\b([^>]*)>/gi)].flatMap(([, text = '']) => attribute(text, 'href') ?? [])
}

/** Every value that a page writes into a link's query or path parameter, or into a hidden field. */
export function writtenValues(html: string): { name: string; value: string }[] {
  const found: { name: string; value: string }[] = []
  for (const [, link = ''] of html.matchAll(/\b(?:href|action|src)\s*=\s*["']?([^"'\s>]+)/gi)) {
    for (const [, name = '', value = ''] of unescapeHtml(link).matchAll(/[?&;]([^=&;#]+)=([^&;#]*)/g)) {
      found.push({ name, value: decodeURIComponent(value) })
    }
  }
  for (const [, text = ''] of html.matchAll(/<input\b([^>]*)>/gi)) {
    const name = attribute(text, 'name')
    const value = attribute(text, 'value')
    if (attribute(text, 'type')?.toLowerCase() === 'hidden' && name && value) found.push({ name, value })
  }
  return found
}

function attribute(text: string, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(text)
  const value = found?.[1] ?? found?.[2] ?? found?.[3]
  return value === undefined ? undefined : unescapeHtml(value)
}

function unescapeHtml(text: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text
    .replace(/&#x([\da-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(amp|lt|gt|quot|apos);/g, (_, name) => names[name]!)
}

// `npm start`: the gateway on http://localhost:8080, in front of the leaky shop, or of an application of yours.

import { parseArgs } from 'node:util'
import { parseConfig } from '@coatcheck/gateway'
import { main } from '../packages/cli/src/main.ts'
import { addresses, type Served, serve } from '../packages/cli/src/serve.ts'
import { startLeakyShop } from './leaky/shop.ts'

const flags = process.argv.slice(2)

// Whatever names no other place to listen than the shop's is for `coatcheck serve` to read, and to complain of.
const listen = placeAlone(flags)
if (listen === null) await main(['node', 'coatcheck', 'serve', ...flags])
else await startShop(listen)

function placeAlone(args: readonly string[]): string | null {
  if (args.length === 0) return 'http://localhost:8080'
  const { values, positionals } = parseArgs({ args: [...args], options: { listen: { type: 'string' } }, strict: false })
  const alone = positionals.length === 0 && Object.keys(values).join() === 'listen'
  return alone && typeof values.listen === 'string' ? values.listen : null
}

async function startShop(listen: string): Promise<void> {
  const shop = await startLeakyShop()
  let gateway: Served
  try {
    // What `config check` would remark is meant so here: the shop answers a wrong password with 401, and may forget all.
    gateway = await serve({ ...shopConfig(shop.url, listen), warnings: [] })
  } catch (error) {
    await shop.close()
    const { message, cause } = error as Error & { cause?: { code?: string } }
    console.error(message)
    if (cause?.code === 'EADDRINUSE') console.error('On another port: npm start -- --listen http://localhost:8090')
    process.exitCode = 1
    return
  }
  console.log(`
The leaky shop, with all five faults in it:       ${shop.url}
The same shop, unchanged, behind coatcheck:       ${addresses(gateway)[0]}

Open the second one in a browser, and sign in as alice with the password
wonderland, or as bob with builder. Ctrl-C ends both.
`)
}

function shopConfig(upstream: string, listen: string) {
  return parseConfig(
    `
listen: [${JSON.stringify(listen)}]
store: memory
sites:
  - upstream: ${upstream}
    public: [/images/*]
    expose: [theme]
    idParameters: [sid]
    login: { method: POST, path: /login, user: { field: user }, success: { status: [303] } }
    logout: { path: /logout }
`,
    'npm start',
    process.cwd(),
  )
}

// `npm start`: the gateway on http://localhost:8080, in front of the leaky shop, or of an application of yours.

import { parseConfig } from '@coatcheck/gateway'
import { main } from '../packages/cli/src/main.ts'
import { serve } from '../packages/cli/src/serve.ts'
import { startLeakyShop } from './leaky/shop.ts'

const flags = process.argv.slice(2)

if (flags.length > 0) await main(['node', 'coatcheck', 'serve', ...flags])
else await startShop()

async function startShop(): Promise<void> {
  const shop = await startLeakyShop()
  // What `config check` would remark is meant so here: the shop answers a wrong password with 401, and may forget all.
  await serve({ ...shopConfig(shop.url), warnings: [] })
  console.log(`
The leaky shop, with all five faults in it:       ${shop.url}
The same shop, unchanged, behind coatcheck:       http://localhost:8080

Open the second one, and sign in as alice with the password wonderland, or as bob with builder.
Ctrl-C ends both.
`)
}

function shopConfig(upstream: string) {
  return parseConfig(
    `
listen: [http://localhost:8080]
store: memory
sites:
  - upstream: ${upstream}
    public: [/images/*]
    expose: [theme]
    idParameters: [sid]
    login: { method: POST, path: /login, user: { field: user }, success: { status: [303] } }
    logout: { path: /logout }
`,
    'the leaky shop',
    process.cwd(),
  )
}

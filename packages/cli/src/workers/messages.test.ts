import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deserialize, serialize } from 'node:v8'
import { parseConfig } from '@coatcheck/gateway'
import { partOf } from './messages.ts'

const CONFIG = parseConfig(
  `
listen: [http://localhost:0]
store: sqlite:coatcheck.db
workers: 3
limits: { connections: 100 }
sites:
  - hosts: [shop.example.test]
    upstream: http://127.0.0.1:1
    preset: java
    public: [/images/*]
    login: { path: /login, user: { field: user }, success: { status: [302] } }
`,
  'coatcheck.yaml',
  import.meta.dirname,
)

test('a configuration comes to a worker as it was read', () => {
  const sent = deserialize(serialize(CONFIG))
  assert.deepEqual(sent, CONFIG)
  assert.equal(sent.byHost.get('shop.example.test'), sent.sites[0], 'a site is one thing, by whichever way it is found')
})

test('each worker has its part of the connections that a listener may have', () => {
  assert.equal(partOf(CONFIG).limits.connections, 34)
})

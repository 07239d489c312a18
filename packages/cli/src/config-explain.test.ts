import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { wrapped } from './wrap.ts'

const command = join(import.meta.dirname, '../bin/coatcheck.js')
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coatcheck-explain-'))
  await writeFile(
    join(folder, 'coatcheck.yaml'),
    `listen: [http://localhost:8080]
sites:
  - hosts: [shop.example.test]
    upstream: http://127.0.0.1:3000
    preset: aspnet
    public: [/images/*]
`,
  )
})
after(() => rm(folder, { recursive: true }))

async function explain(...args: string[]) {
  const child = spawn(process.execPath, [command, 'config', 'explain', ...args], { cwd: folder })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr, code }
}

test('config explain says which rule of which line covers a request, in 80 columns', async () => {
  const { stdout, code } = await explain('https://shop.example.test/images/a.png')
  assert.equal(code, 0)
  assert.match(stdout, /^rules +public: \/images\/\* \[coatcheck\.yaml:6\]$/m)
  const long = await explain(
    `https://shop.example.test/${'long-word/'.repeat(30)}?${'q'.repeat(200)}`,
    '--method',
    'POST',
  )
  for (const line of `${stdout}\n${long.stdout}`.split('\n').slice(1)) {
    assert(line.length <= 80 || line.startsWith('POST '), line)
  }
})

test('config explain as JSON is read by programs', async () => {
  const { stdout } = await explain('/Login.aspx', '--method', 'POST', '--json')
  const explanation = JSON.parse(stdout)
  assert.equal(explanation.rules[0].kind, 'sign-in')
  assert.deepEqual(explanation.rules[0].origin, { from: 'preset', preset: 'aspnet' })
})

test('config explain exits with 1 where the request is refused, with 2 where the address is none', async () => {
  const refused = await explain('https://shop.example.test/images/..%2fLogin.aspx', '--method', 'POST')
  assert.equal(refused.code, 1)
  assert.match(refused.stdout, /^answer +400: /m)
  const none = await explain('htps://shop.example.test')
  assert.equal(none.code, 2)
  assert.match(none.stderr, /has the scheme "htps"\n {2}= write https:\/\/shop\.example\.test/)
  const noFile = await explain('/x', '--config', 'none.yaml')
  assert.equal(noFile.code, 1)
  assert.match(noFile.stderr, /none\.yaml, which is not there/)
})

test('a word that is longer than a line is broken, and an origin is not', () => {
  assert.equal(wrapped('abcdefgh ij', 5), 'abcde\nfgh\nij')
  assert.equal(wrapped('it is so [preset php]', 14), 'it is so\n[preset php]')
})

test('config schema prints what editors read', async () => {
  const child = spawn(process.execPath, [command, 'config', 'schema'])
  const schema = JSON.parse(await text(child.stdout))
  assert.equal(schema.$schema, 'http://json-schema.org/draft-07/schema#')
  assert.deepEqual(schema.required, ['sites'])
})

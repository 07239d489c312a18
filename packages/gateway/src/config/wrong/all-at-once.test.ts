import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf } from './expect.ts'

test('everything that is wrong is told at once, in the order of the file, and nothing that follows from it', () => {
  const problems = problemsOf(`lisen: [https://0.0.0.0:8443]
tsl: { cert: one.cert.pem, key: one.key.pem }
store: x
store: memory
sites:
  - { upstream: http://a:1/x, hosts: [a.test], http: redirect }
  - { upstrem: http://a:2, hosts: [a.test, 'b c'], public: ['/*.png'], login: { path: /in } }
  - { upstream: http://a:3, preset: aspnet, expose: [.ASPXAUTH], logout: { path: out } }
`)
  assert.deepEqual(
    problems.map(({ key, place }) => `${place?.line} ${key}`),
    [
      '1 lisen',
      '2 tsl',
      '4 ',
      '6 sites[0].upstream',
      '7 sites[1].upstrem',
      '7 sites[1].hosts[1]',
      '7 sites[1].public[0]',
      '7 sites[1].login.success',
      '8 sites[2].expose[0]',
      '8 sites[2].logout.path',
    ],
  )
})

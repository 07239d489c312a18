// No answer, however it is written, becomes two, or the answer to what somebody else asked.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestGateway } from '../../src/testing/gateway.ts'
import { type AnswerVariant, answers } from './answers.ts'
import { forwardedTo, otherClient, placeOf } from './attempt.ts'
import { Conversation } from './conversation.ts'
import { differences } from './counting.ts'
import { startScriptedApplication } from './scripted-application.ts'
import { get, placed } from './variant.ts'

const WAIT = 1500
/** For an answer, on a busy machine. */
const PATIENCE = 15_000
/** Milliseconds after which what comes later has come. */
const COME = 50

test('G1: no answer is taken for two, and none for somebody else’s', { timeout: 60_000 }, async (t) => {
  const scripts = new Map(answers.map((variant, number) => [`${placeOf(number)}/bad`, variant]))
  const app = await startScriptedApplication(t, (path) => scripts.get(path))
  const forwarded = forwardedTo(t, app.port)
  const options = { timeouts: { request: WAIT, headers: WAIT, body: WAIT } }
  const gateway = await startTestGateway(t, app.port, { options })
  const problems: string[] = []
  // One after the other: what a broken application says while somebody else's answer is awaited is that answer.
  for (const [number, variant] of answers.entries()) {
    const wrong = await attempt(gateway.port, number, variant)
    problems.push(...wrong.map((what) => `${variant[0]} (${placeOf(number)}): ${what}`))
  }
  await gateway.gateway.close()
  problems.push(...differences(forwarded, app.counted))
  t.diagnostic(`${answers.length} variants, ${forwarded.length} requests forwarded`)
  assert.deepEqual(problems, [])
})

/** Asks for a variant, then for harmless pages, on the same connection and on others. */
async function attempt(port: number, number: number, [, , gets, how = {}]: AnswerVariant): Promise<string[]> {
  const place = placeOf(number)
  const problems: string[] = []
  const conversation = new Conversation(port)
  try {
    const asks = how.asks ?? get('/bad')
    const method = asks.split(' ')[0] as string
    conversation.say(placed(asks, place))
    const { answers, rest } = await conversation.answers(1, [method], PATIENCE)
    const [answer] = answers
    const got = answer === undefined ? 'broken' : `${answer.status} ${isOwn(answer.headers) ? '' : answer.body}`.trim()
    if (got !== gets) problems.push(`got ${JSON.stringify(got)} for ${JSON.stringify(gets)}`)
    if (answer?.headers.has('set-cookie') && !/^__Host-Http-sid=/.test(answer.headers.get('set-cookie')!))
      problems.push('a cookie that was planted')
    if (answer !== undefined && rest !== '') problems.push(`bytes behind the answer: ${JSON.stringify(rest)}`)
    if (how.later !== undefined) await sleep(COME)
    if (!conversation.closed) {
      conversation.say(placed(get('/after', 'Connection: close'), place))
      const all = await conversation.answers(2, [method, 'GET'], PATIENCE)
      const seen = all.answers[1]?.headers.get('x-seen')
      if (seen !== `GET ${place}/after` && !(all.answers.length === 1 && conversation.closed))
        problems.push(`behind it on its connection: ${seen}`)
    }
  } catch (error) {
    problems.push(String(error))
  } finally {
    conversation.end()
  }
  for (let i = 0; i < 3; i++) problems.push(...(await otherClient(port, place)))
  return problems
}

/** What the gateway says itself has a policy of its own. */
function isOwn(headers: ReadonlyMap<string, string>): boolean {
  return headers.get('content-security-policy')?.startsWith("default-src 'none'") === true
}

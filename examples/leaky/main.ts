/** The shop's command: `node examples/leaky/main.ts --help`. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { leaky, tight } from './options.ts'
import { startLeakyShop } from './shop.ts'

const help = `node examples/leaky/main.ts [options]

The Leaky Teapot: a small shop with the five session failures that web sites still ship.
Users: alice with wonderland, bob with builder. It is meant to be broken into; do not show it to a network.

Where
  --host ADDRESS          default 127.0.0.1
  --port PORT             plain http, default 8081
  --https-port PORT       a second listener, with --cert FILE and --key FILE

What is wrong with it: everything, unless you say --no-NAME. Start from a shop where everything is right with --tight,
and add one fault: --tight --fixed
  F1 clear
    --clear                 one cookie for http and https, without Secure
  F2 cached
    --reissue SECONDS|off   the cookie is sent again on content, default 60
    --cacheable             pages say Cache-Control: public, although they greet the user
  F3 fixed
    --fixed                 the id stays the same at sign-in
    --adopt                 an id that nobody issued becomes a session
    --id-from-url           ?sid=ID is taken for a cookie
    --id-from-field         so is a form field sid
    --keep-data             the next user on the browser inherits basket and card
    --login-from-anywhere   another site's form signs its visitors in
    --waiting               a request that waited for the lock goes on with what it found when it came
  F4 replayed
    --cookie-only-sign-out  sign-out deletes the cookie, and nothing on the server
    --resurrect             a write in flight brings a signed-out session back
    --sign-out-mark MARK    user: the remedy of KB 900111, which revives old cookies; default none
    --absolute SECONDS|off  the longest life of a session, default off: it slides for ever
    --idle SECONDS          default 1200
  F5 exposed
    --sequential            ids are a counter in base64
    --script-readable       no HttpOnly
    --persistent SECONDS|off  the cookie outlives the window, default 30 days
    --domain DOMAIN         the Domain attribute, default none
    --id-in-links           the id is written into links and hidden fields
    --reflect               /greeting writes the nickname cookie back as it came
    --store-file FILE       sessions in a plain text file, default none

  --no-lock                 requests of one session side by side; with the lock one after another, as in ASP and PHP
`

const switches = Object.entries(leaky).filter(([, value]) => typeof value === 'boolean')

const { values } = parseArgs({
  allowNegative: true,
  options: {
    host: { type: 'string' },
    port: { type: 'string', default: '8081' },
    'https-port': { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
    tight: { type: 'boolean', default: false },
    reissue: { type: 'string' },
    idle: { type: 'string' },
    absolute: { type: 'string' },
    persistent: { type: 'string' },
    domain: { type: 'string' },
    'store-file': { type: 'string' },
    'sign-out-mark': { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
    ...Object.fromEntries(switches.map(([name]) => [dashed(name), { type: 'boolean' as const }])),
  },
})
const given = values as Record<string, string | boolean | undefined>

if (given.help) process.stdout.write(help)
else await start()

async function start() {
  const options = { ...leaky, ...(given.tight ? tight : {}) }
  for (const [name] of switches) Object.assign(options, own(name, given[dashed(name)]))
  for (const name of ['reissue', 'absolute', 'persistent'] as const) {
    Object.assign(options, own(name, given[name] === 'off' ? false : seconds(name)))
  }
  Object.assign(options, own('idle', seconds('idle')), own('host', given.host), own('domain', given.domain))
  Object.assign(options, own('storeFile', given['store-file']), own('signOutMark', given['sign-out-mark']))
  if (!['none', 'user'].includes(options.signOutMark)) stop('--sign-out-mark is none or user')
  options.port = seconds('port') ?? 0
  const { cert, key } = given
  if (given['https-port']) {
    if (typeof cert !== 'string' || typeof key !== 'string')
      return stop('--https-port needs --cert FILE and --key FILE')
    options.https = { port: seconds('https-port') ?? 0, cert: readFileSync(cert), key: readFileSync(key) }
  }

  const shop = await startLeakyShop(options)
  console.log(`The Leaky Teapot is open: ${[shop.url, shop.httpsUrl].filter(Boolean).join(' and ')}`)
  console.log('Sign in as alice with wonderland, or as bob with builder. Ctrl+C closes it.')
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shop.close())
}

function own(name: string, value: unknown) {
  return value === undefined ? {} : { [name]: value }
}

function seconds(name: string): number | undefined {
  const text = given[name]
  if (text === undefined) return undefined
  if (!/^\d+(\.\d+)?$/.test(String(text))) stop(`--${name} ${text}: that is no number`)
  return Number(text)
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function stop(message: string) {
  console.error(`${message}. See --help.`)
  process.exit(2)
}

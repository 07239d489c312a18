/** The command that starts Finch Records and leaves it running: `npx node examples/aspnet/main.ts --help`. */
import { parseArgs } from 'node:util'
import { startAspnet, users } from './start.ts'

const HELP = `Finch Records: an ASP.NET site with forms authentication, on Mono behind nginx, with the faults of its time.

  npx node examples/aspnet/main.ts [options]

  --port NUMBER      where to listen on 127.0.0.1 (default 8081; 0 takes a free port)
  --ticket SECONDS   how long a sign-in lasts (default: the platform's 30 minutes, sliding)
  --help

It needs nginx and mono-fastcgi-server4 (Debian: apt-get install nginx mono-fastcgi-server4), or their paths in
COATCHECK_NGINX and COATCHECK_MONO_FASTCGI. Ctrl-C ends it and removes its files.
`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8081' },
    ticket: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(HELP)
else await run()

async function run() {
  const site = await startAspnet({
    port: wholeNumber('--port', values.port, 0, 65_535),
    ...(values.ticket !== undefined ? { ticketSeconds: wholeNumber('--ticket', values.ticket, 1, 86_400) } : {}),
    ...(process.env.COATCHECK_NGINX ? { nginx: process.env.COATCHECK_NGINX } : {}),
    ...(process.env.COATCHECK_MONO_FASTCGI ? { monoFastcgi: process.env.COATCHECK_MONO_FASTCGI } : {}),
  })
  process.stdout.write(`Finch Records is open: ${site.url}
Sign in as ${users.map(({ name, password }) => `${name} with ${password}`).join(', or ')}.

Try:
  F4  sign in, copy the cookie .ASPXAUTH, sign out, and open ${site.url}/ with the copy
  F4  order with a card number, sign out, and open ${site.url}/Confirmation.aspx
  F3  compare ASP.NET_SessionId before and after sign-in
  F1, F5  look for Secure, HttpOnly and SameSite on either cookie
Who is there: ${site.url}/WhoAmI.aspx
Behind coatcheck: npm start -- --upstream ${site.url} --preset aspnet

Ctrl-C ends it.
`)
  const end = () => {
    void site.close().then(() => process.exit())
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  process.stderr.write(`${option} takes a whole number from ${least} to ${most}, not ${text}\n`)
  process.exit(2)
}

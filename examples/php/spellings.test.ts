/** Every spelling in which PHP takes an id from a query or a form, sent to PHP itself and through the gateway. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type Gateway, parseConfig, startGateway } from '@coatcheck/gateway'
import { type Header, send } from '../../attacks/lib/http.ts'
import { requireServers } from '../../test/servers/servers.ts'
import type { RunningSite } from '../one-program.ts'
import { startPhp } from './start.ts'

type Spelling = { sentence: string; taken: boolean; query?: string; type?: string; body?: string }

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=b'
const part = (header: string) => `--b\r\n${header}\r\n\r\nID\r\n--b--\r\n`
const named = (name: string) => part(`Content-Disposition: form-data; ${name}`)

/** `ID` stands for the planted id. `taken`: whether PHP 8.2 takes it, when nothing is in front of it. */
const spellings: Spelling[] = [
  { sentence: 'a parameter', taken: true, query: 'PHPSESSID=ID' },
  { sentence: 'a parameter behind others', taken: true, query: 'a=b&&c&PHPSESSID=ID' },
  { sentence: 'an escaped name', taken: true, query: '%50HPSESS%49D=ID' },
  { sentence: 'space in front of the name', taken: true, query: '+%20PHPSESSID=ID' },
  { sentence: 'a NUL behind the name', taken: true, query: 'PHPSESSID%00x=ID' },
  { sentence: 'another case', taken: false, query: 'phpsessid=ID' },
  { sentence: 'an array', taken: false, query: 'PHPSESSID[]=ID' },
  { sentence: 'behind a semicolon', taken: false, query: 'a=b;PHPSESSID=ID' },
  { sentence: 'a field', taken: true, type: FORM, body: 'PHPSESSID=ID' },
  { sentence: 'a field of a form in capitals', taken: true, type: FORM.toUpperCase(), body: 'a=b&PHPSESSID=ID' },
  { sentence: 'a field behind a type with a comma', taken: true, type: `${FORM},x`, body: '%50HPSESSID=ID' },
  { sentence: 'a part', taken: true, type: MULTIPART, body: named('name="PHPSESSID"') },
  { sentence: 'a part without quotes', taken: true, type: MULTIPART, body: named('name=PHPSESSID') },
  { sentence: 'a part in single quotes', taken: true, type: MULTIPART, body: named("name='PHPSESSID'") },
  { sentence: 'a part with space about', taken: true, type: MULTIPART, body: named('  name="PHPSESSID"  ; x=y') },
  { sentence: 'the later of two names', taken: true, type: MULTIPART, body: named('name="a"; name="PHPSESSID"') },
  { sentence: 'a name in capitals', taken: true, type: MULTIPART, body: named('NAME="PHPSESSID"') },
  {
    sentence: 'a header in capitals',
    taken: true,
    type: MULTIPART,
    body: part('CONTENT-DISPOSITION:x;name="PHPSESSID"'),
  },
  { sentence: 'a folded header', taken: true, type: MULTIPART, body: named('\r\n name="PHPSESSID"') },
  {
    sentence: 'a header behind another',
    taken: true,
    type: MULTIPART,
    body: part('X: y\r\nContent-Disposition: form-data; name=PHPSESSID'),
  },
  { sentence: 'line feeds alone', taken: true, type: MULTIPART, body: named('name=PHPSESSID').replaceAll('\r', '') },
  { sentence: 'space in front of a part’s name', taken: true, type: MULTIPART, body: named('name=" PHPSESSID"') },
  {
    sentence: 'the first of two boundaries',
    taken: true,
    type: 'multipart/form-data; boundary=b; boundary=c',
    body: named('name=PHPSESSID'),
  },
  {
    sentence: 'a boundary in quotes',
    taken: true,
    type: 'multipart/form-data; boundary="b"',
    body: named('name=PHPSESSID'),
  },
  {
    sentence: 'a form in capitals',
    taken: true,
    type: 'MULTIPART/FORM-DATA; BOUNDARY=b',
    body: named('name=PHPSESSID'),
  },
  { sentence: 'a part without end', taken: false, type: MULTIPART, body: named('name=PHPSESSID').replace('--b--', '') },
  { sentence: 'an escaped quote before it', taken: false, type: MULTIPART, body: named('x="\\"; name=PHPSESSID; y="') },
  { sentence: 'a quote that does not end', taken: true, type: MULTIPART, body: named('name="PHPSESSID') },
]

const { skip, paths } = await requireServers('php')

describe('ids as PHP takes them', { skip, timeout: 60_000, concurrency: 4 }, () => {
  let site: RunningSite
  let gateway: Gateway
  before(async () => {
    site = await startPhp(paths.php)
    const config = `{ listen: ['http://127.0.0.1:0'], sites: [{ upstream: '${site.url}', preset: php }] }`
    gateway = await startGateway(parseConfig(config, 'php.yaml', '/'))
  })
  after(async () => {
    await gateway?.close()
    await site?.close()
  })

  /** PHP makes a file for every id that it takes. */
  const takes = async (door: string, { query, type, body }: Spelling, id: string): Promise<boolean> => {
    const headers: Header[] = [['Sec-Fetch-Site', 'same-origin']]
    if (type !== undefined) headers.push(['Content-Type', type])
    const { status } = await send({
      url: `${door}/whoami.php${query === undefined ? '' : `?${query.replace('ID=ID', `ID=${id}`).replace(/=ID$/, `=${id}`)}`}`,
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: body.replace(/=ID$/, `=${id}`).replace(/^ID\r?$/m, id) }),
    })
    assert.ok([200, 400].includes(status), `${status}`)
    return (await readdir(join(site.folder, 'sessions'))).includes(`sess_${id}`)
  }

  for (const [i, spelling] of spellings.entries()) {
    test(`G2: ${spelling.sentence}`, async () => {
      assert.equal(await takes(site.url, spelling, `direct${i}x`), spelling.taken, 'PHP itself')
      const door = `http://127.0.0.1:${gateway.listeners[0]!.port}`
      assert.equal(await takes(door, spelling, `gateway${i}x`), false, 'behind the gateway')
    })
  }
})

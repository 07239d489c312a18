/** The leaky shop as a target: where its things are, and how it is started for an attack. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LeakyOptions } from '../../examples/leaky/options.ts'
import { startLeakyShop } from '../../examples/leaky/shop.ts'
import type { Attack } from '../attack.ts'
import { createCertificate } from '../lib/certificate.ts'
import type { Running, Scenario } from '../scenario.ts'
import type { Target } from '../target.ts'
import { behindCoatcheck, type Door, type SiteRules } from './behind-coatcheck.ts'

/** Where things are in the shop. Behind a gateway they are in the same places. */
export const leakyShop: Omit<Target, 'url'> = {
  users: { victim: { name: 'alice', password: 'wonderland' }, other: { name: 'bob', password: 'builder' } },
  signIn: ({ name, password }) => ({ page: '/login', fields: { user: name, password } }),
  signOut: { method: 'POST', path: '/logout' },
  whoami: '/whoami',
  secret: { path: '/confirmation', enter: (card) => ({ page: '/checkout', fields: { card } }) },
  content: ['/', '/greeting', '/images/cup.svg'],
  image: '/images/teapot.svg',
  slow: (ms) => `/report?ms=${ms}`,
  applicationCookies: ['shopsid'],
  idParameters: ['sid'],
  idForm: { path: '/cart', fields: { item: 'cup' }, idField: 'sid' },
  reflects: { path: '/greeting', cookie: 'nickname' },
}

/** The shop's host, and a sibling of it that the attacker runs. Neither is this machine, as far as browsers can tell. */
const HOST = 'shop.example.test'
const SIBLING = 'blog.example.test'

/** Short enough to be watched: seconds. */
const LIFETIME = { idle: 2, absolute: 2.5 }
const REISSUE = 0.2

/** Starts the shop so that the attack can be carried out on it, with the faults that `changes` leave it. */
export async function startLeakyTarget(attack: Attack, changes: Partial<LeakyOptions> = {}): Promise<Running> {
  const needs = new Set(attack.needs)
  const folder = needs.has('stores') ? await mkdtemp(join(tmpdir(), 'leaky-')) : undefined
  const twoDoors = needs.has('doors') || needs.has('sibling')
  const storeFile = folder && join(folder, 'sessions.txt')
  const shop = await startLeakyShop({
    reissue: REISSUE,
    ...(needs.has('lifetime') ? { idle: LIFETIME.idle } : {}),
    ...(twoDoors ? { https: { port: 0, ...createCertificate([HOST]) } } : {}),
    ...(needs.has('sibling') ? { domain: 'example.test' } : {}),
    storeFile,
    ...changes,
  })
  const http = shop.url.replace('127.0.0.1', HOST)
  const https = shop.httpsUrl?.replace('127.0.0.1', HOST)
  return {
    ...leakyShop,
    url: https ?? shop.url,
    address: '127.0.0.1',
    reissue: REISSUE,
    ...(needs.has('lifetime') ? { lifetime: LIFETIME } : {}),
    ...(https && needs.has('doors') ? { doors: { http, https } } : {}),
    ...(needs.has('sibling') ? { sibling: SIBLING } : {}),
    ...(storeFile ? { stores: [storeFile] } : {}),
    async close() {
      await shop.close()
      if (folder) await rm(folder, { recursive: true })
    },
  }
}

/** With nothing in front of it. */
export const leakyDirect: Scenario = {
  name: 'leaky shop',
  expect: 'succeeded',
  start: (attack) => startLeakyTarget(attack),
}

const RULES: SiteRules = {
  public: '[/images/*]',
  login: '{ method: POST, path: /login, user: { field: user }, success: { status: [303] } }',
  logout: '{ path: /logout }',
  idParameters: '[sid]',
}

/** The same shop with the same faults, and coatcheck in front of it. */
export const leakyProtected: Scenario = {
  name: 'leaky shop behind coatcheck',
  head: 'behind coatcheck',
  expect: 'failed',
  start: (attack) => startLeakyProtected(attack),
}

export async function startLeakyProtected(
  attack: Attack,
  door?: Door,
  changes: Partial<LeakyOptions> = {},
  rules: Partial<SiteRules> = {},
): Promise<Running> {
  const site = await startLeakyTarget({ ...attack, needs: [] }, changes)
  return behindCoatcheck(site, { ...RULES, ...rules }, attack, door)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressIds } from './address.ts'

const ids = new AddressIds(['PHPSESSID'])

const table: [sentence: string, address: string, found: boolean][] = [
  ['a segment of the path', '/index.php/PHPSESSID=planted/', true],
  ['the last segment, before a query', '/index.php/PHPSESSID=planted?a=b', true],
  ['a value', '/?next=PHPSESSID=planted/', true],
  ['a name that ends so', '/?xPHPSESSID=planted?', true],
  ['before a backslash', '/?xPHPSESSID=planted\\', true],
  ['with no end, which PHP does not take', '/?xPHPSESSID=planted', false],
  ['the name alone', '/PHPSESSID/?a=b', false],
  ['in another case, which PHP does not take', '/phpsessid=planted/', false],
  ['an escaped equals sign', '/?next=%2F%3FPHPSESSID%3Dplanted%2F/', false],
]

for (const [sentence, address, found] of table) {
  test(`G2: an id that PHP would find in an address: ${sentence}`, () => assert.equal(ids.isIn(address), found))
}

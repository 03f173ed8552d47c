import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tariffsOfOperator } from '@unifare/fares'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTariff } from './open-tariff.ts'
import { signTariffs } from './sign.ts'

const folder = mkdtempSync(join(tmpdir(), 'unifare-signed-'))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)
const WUHAN_BUS = '15215211'

function keyPair(name: string, type: 'ed25519' | 'ed448' = 'ed25519'): void {
  const { publicKey, privateKey } = generateKeyPairSync(type as 'ed25519')
  writeFileSync(at(`${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }))
}

const sign = (out: string, key = 'operator', publisher = WUHAN_BUS) =>
  signTariffs({ tariff: at('tariff.json'), out: at(out) }, { key: at(`${key}.pem`), publisher })
const open = (file: string, key?: string) =>
  openTariff(at(file), key === undefined ? {} : { key: at(`${key}.pub`) })
const code = (expected: string) => expect.objectContaining({ code: expected })

beforeAll(async () => {
  keyPair('operator')
  keyPair('stranger')
  keyPair('other-curve', 'ed448')
  writeFileSync(at('tariff.json'), JSON.stringify(tariffsOfOperator(WUHAN_BUS)))
  await sign('signed.json')
})

describe('a signed list of tariffs', () => {
  test("opens with its publisher's key, as what was signed", async () => {
    expect(await open('signed.json', 'operator')).toEqual({
      kind: 'tariffs',
      tariffs: tariffsOfOperator(WUHAN_BUS),
      networks: [],
    })
  })

  test('opens without a key, or with that of a stranger, never', async () => {
    await expect(open('signed.json')).rejects.toEqual(code('fare.no-key'))
    await expect(open('signed.json', 'stranger')).rejects.toEqual(code('bundle.bad-signature'))
    await expect(open('signed.json', 'other-curve')).rejects.toEqual(code('fare.bad-key'))
  })

  test.each([
    ['a fare', '"amountFen": 200', '"amountFen": 100'],
    ['the version', '"version": 1,\n  "validFrom"', '"version": 2,\n  "validFrom"'],
    ['the publisher', `"publisher": "${WUHAN_BUS}"`, '"publisher": "15215212"'],
  ])('with %s changed is refused', async (what, from, to) => {
    const text = readFileSync(at('signed.json'), 'utf8')
    expect(text).toContain(from)
    writeFileSync(at(`changed ${what}.json`), text.replace(from, to))
    const changed = open(`changed ${what}.json`, 'operator')
    await expect(changed).rejects.toEqual(code('bundle.bad-hash'))
  })

  test('is signed over its own fares only, with a key that fits, into a new file', async () => {
    await expect(sign('a.json', 'operator', '15215212')).rejects.toEqual(
      code('fares.wrong-publisher'),
    )
    await expect(sign('b.json', 'other-curve')).rejects.toEqual(code('fare.bad-key'))
    await expect(sign('signed.json')).rejects.toEqual(code('fare.file-exists'))
  })
})

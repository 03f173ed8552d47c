import { concat, fromHex, UnifareError } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import golden from '../vectors/sealed-1.json' with { type: 'json' }
import { frame, seal } from './framed.ts'
import {
  CHAIN_START,
  encodeCharge,
  encodeChargeBatch,
  parseBatch,
  parseChargeBatch,
  signedBy,
} from './index.ts'
import { cardCharge, codeCharge, OPERATOR, testKey } from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const key = testKey(OPERATOR)
const goldenBytes = fromHex(golden.chargeBatch.hex)

describe('golden bytes of version 1', () => {
  test('are read, signed, and made again', async () => {
    const batch = parseChargeBatch(goldenBytes)
    expect(batch.header).toEqual(golden.chargeBatch.header)
    expect(batch.hash).toBe(golden.chargeBatch.hash)
    expect(batch.charges).toEqual([codeCharge(), cardCharge()])
    expect(batch.records).toEqual(batch.charges.map(encodeCharge))
    expect(signedBy(batch, key.publicKey, pureEngine)).toBe(true)
    const again = await encodeChargeBatch({
      operator: OPERATOR,
      previous: CHAIN_START,
      charges: batch.charges,
      day: '2026-11-21',
      sign: key.sign,
    })
    expect(again).toEqual(goldenBytes)
  })

  test('a batch of charges is no batch of taps', () => {
    expect(() => parseBatch(goldenBytes)).toThrow(refused('batch.malformed'))
  })
})

describe('what a reader refuses', () => {
  function lying(change: Record<string, unknown>, charges = [codeCharge(), cardCharge()]) {
    const header = { ...golden.chargeBatch.header, ...change }
    return seal(frame('UC', 1, header, concat(...charges.map(encodeCharge))), key.sign)
  }

  test.each<[string, Record<string, unknown>, string]>([
    ['another sum', { amountFen: 579 }, 'batch.bad-totals'],
    ['another count', { count: 3 }, 'batch.bad-totals'],
    ['charges of somebody else', { operator: '21580002' }, 'batch.malformed'],
    ['other numbers', { first: 6, end: 8 }, 'batch.malformed'],
    ['no day', { day: null }, 'batch.malformed'],
    ['a day that does not exist', { day: '2026-13-01' }, 'batch.malformed'],
  ])('%s', async (_, change, code) => {
    const bytes = await lying(change)
    expect(() => parseChargeBatch(bytes)).toThrow(refused(code))
  })

  test('charges out of order cannot be sealed into what can be read', async () => {
    const charges = [cardCharge(), codeCharge()]
    const options = { operator: OPERATOR, previous: CHAIN_START, day: '2026-11-21', sign: key.sign }
    await expect(encodeChargeBatch({ ...options, charges })).rejects.toThrow(
      refused('batch.malformed'),
    )
  })

  test('one bit flipped anywhere', () => {
    for (let at = 0; at < goldenBytes.length; at++) {
      const bytes = goldenBytes.slice()
      bytes[at]! ^= 1 << (at & 7)
      let code = 'none'
      try {
        if (!signedBy(parseChargeBatch(bytes), key.publicKey, pureEngine))
          code = 'batch.bad-signature'
      } catch (error) {
        expect(error).toBeInstanceOf(UnifareError)
        code = (error as UnifareError).code
      }
      expect(code).toMatch(/^(batch|charge)\./)
    }
  })
})

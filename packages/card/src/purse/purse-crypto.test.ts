import { concat, fromHex, toHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/purse.json' with { type: 'json' }
import {
  loadMac1,
  loadMac2,
  loadSessionKey,
  loadTacInput,
  mac4,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  purchaseTacInput,
  secureMessagingMac,
  tac,
  tacMacKey,
} from './purse-crypto.ts'

const number = (hex: string) => Number.parseInt(hex, 16)

describe('published loads', () => {
  test.each(vectors.loads)('$id', (vector) => {
    const { random, onlineNumber } = vector
    const sessionKey = fromHex(vector.sessionKey)
    if (vector.loadKey) {
      const session = { random: fromHex(random), onlineNumber: number(onlineNumber) }
      expect(toHex(loadSessionKey(fromHex(vector.loadKey), session))).toBe(vector.sessionKey)
    }
    expect(toHex(mac4(sessionKey, fromHex(vector.mac1Input)))).toBe(vector.mac1)
    expect(toHex(mac4(sessionKey, fromHex(vector.mac2Input)))).toBe(vector.mac2)
  })

  test('the real card, from its terms', () => {
    const vector = vectors.loads[1]!
    const sessionKey = fromHex(vector.sessionKey)
    const terms = {
      amountFen: number(vector.amount!),
      terminal: fromHex(vector.terminal!),
      dateTime: fromHex(vector.dateTime!),
    }
    const oldBalanceFen = number(vector.oldBalance!)
    const newBalanceFen = number(vector.newBalance!)
    const onlineNumber = number(vector.onlineNumber)
    expect(toHex(loadMac1(sessionKey, { ...terms, oldBalanceFen }))).toBe(vector.mac1)
    expect(toHex(loadMac2(sessionKey, terms))).toBe(vector.mac2)
    const input = loadTacInput({ ...terms, newBalanceFen, onlineNumber })
    expect(toHex(input)).toBe(vector.tacInput)
    expect(toHex(mac4(fromHex(vector.tacMacKey!), input))).toBe(vector.tac)
  })
})

describe('published purchases', () => {
  const terms = (vector: (typeof vectors.purchases)[number]) => ({
    amountFen: number(vector.amount),
    type: number(vector.type),
    terminal: fromHex(vector.terminal),
    dateTime: fromHex(vector.dateTime),
  })

  test('tutorial: session key, MAC1 and MAC2', () => {
    const vector = vectors.purchases[0]!
    const sessionKey = purchaseSessionKey(fromHex(vector.purchaseKey!), {
      random: fromHex(vector.random!),
      offlineNumber: number(vector.offlineNumber!),
      terminalSerial: number(vector.terminalSerial),
    })
    expect(toHex(sessionKey)).toBe(vector.sessionKey)
    expect(toHex(mac4(sessionKey, fromHex(vector.mac1Input!)))).toBe(vector.mac1)
    expect(toHex(purchaseMac1(sessionKey, terms(vector)))).toBe(vector.mac1)
    expect(toHex(purchaseMac2(sessionKey, number(vector.amount)))).toBe(vector.mac2)
  })

  test('real composite purchase: TAC with type 09', () => {
    const vector = vectors.purchases[1]!
    const terminalSerial = number(vector.terminalSerial)
    const input = purchaseTacInput({ ...terms(vector), terminalSerial })
    expect(toHex(input)).toBe(vector.tacInput)
    expect(toHex(mac4(fromHex(vector.tacMacKey!), input))).toBe(vector.tac)
  })
})

test('the TAC key is used as its halves added', () => {
  const left = fromHex('0123456789ABCDEF')
  const right = fromHex('096F066DE0E6EB86')
  const key = concat(
    left,
    left.map((byte, i) => byte ^ right[i]!),
  )
  expect(toHex(tacMacKey(key))).toBe('096F066DE0E6EB86')
  const { tacInput, tac: published } = vectors.purchases[1]!
  expect(toHex(tac(key, fromHex(tacInput!)))).toBe(published)
})

test('the session key takes the low two bytes of the terminal serial', () => {
  const key = fromHex('11223344556677888877665544332211')
  const session = { random: fromHex('11223344'), offlineNumber: 7, terminalSerial: 0x0001_0002 }
  const low = purchaseSessionKey(key, { ...session, terminalSerial: 2 })
  expect(purchaseSessionKey(key, session)).toEqual(low)
})

test('a challenge of 4 bytes is filled up with zeros', () => {
  const key = fromHex('11223344556677888877665544332211')
  const message = fromHex('841E000004')
  const short = secureMessagingMac({ key, challenge: fromHex('A1B2C3D4'), message })
  const long = secureMessagingMac({ key, challenge: fromHex('A1B2C3D400000000'), message })
  expect(short).toEqual(long)
  expect(short).toHaveLength(4)
})

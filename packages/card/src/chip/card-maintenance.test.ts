import { concat, fromHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, SELECT } from '../bench-card.fixture.ts'
import { initApdu } from '../card.fixture.ts'
import { secureMessagingMac } from '../purse/purse-crypto.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('GET TRANSACTION PROVE', () => {
  test('answers the last number and type, as often as asked', () => {
    expect(card.send('805A0009020001')).toBe('6985')
    card.purchase()
    const proof = card.send('805A0009020001')
    expect(proof).toHaveLength(20)
    expect(card.send('805A000902000108')).toBe(proof)
    card.lose()
    card.send(SELECT)
    expect(card.send('805A0009020001')).toBe(proof)
    expect(card.send('805A0009020000')).toBe('9406')
    expect(card.send('805A0006020001')).toBe('9406')
    expect(card.send('805A00090101')).toBe('6700')
  })

  test('an INIT that fails leaves it, one that succeeds clears it', () => {
    card.purchase()
    card.send(initApdu(0x03, 99_999))
    expect(card.send('805A0009020001')).toHaveLength(20)
    card.send(initApdu(0x03, 0))
    expect(card.send('805A0009020001')).toBe('6985')
  })
})

describe('application block', () => {
  /** A maintenance command with the MAC over its header and a challenge. */
  function secured(header: string): Uint8Array {
    const challenge = fromHex(card.send('0084000004')).slice(0, 4)
    const message = fromHex(`${header}04`)
    return concat(message, secureMessagingMac({ key: card.key('maintenance'), challenge, message }))
  }

  test('for a time and back', () => {
    expect(card.send(secured('841E0000'))).toBe('9000')
    expect(card.send('805C030204')).toBe('6985')
    expect(card.send(initApdu(0x03, 0))).toBe('6985')
    expect(card.send(SELECT)).toBe('6A81')
    expect(card.send('00B0950000')).toBe('6985')
    expect(card.send(secured('84180000'))).toBe('9000')
    expect(card.send(SELECT)).toMatch(/9000$/)
    expect(card.purchase()).toHaveLength(20)
  })

  test('for ever', () => {
    card.send(secured('841E0001'))
    expect(card.send(SELECT)).toBe('9303')
    expect(card.send('0084000004')).toBe('9303')
    expect(card.send('84180000041234 5678')).toBe('9303')
  })

  test('not without a challenge, not with a wrong MAC, not twice', () => {
    expect(card.send('841E00000411223344')).toBe('6984')
    const apdu = secured('841E0000')
    apdu[6]! ^= 1
    expect(card.send(apdu)).toBe('6988')
    apdu[6]! ^= 1
    expect(card.send(apdu)).toBe('6984')
    expect(card.send(secured('841E0002'))).toBe('6A86')
    expect(card.memory().lock).toBe('none')
  })
})

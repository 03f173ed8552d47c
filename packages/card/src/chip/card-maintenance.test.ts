import { concat, fromHex, toHex } from '@unifare/core'
import { tdesEncrypt } from '@unifare/crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, CACHE_TRIP, SELECT } from '../bench-card.fixture.ts'
import { initApdu, newCard, PIN_REFS, REFS, STORE } from '../card.fixture.ts'
import { secureMessagingMac } from '../purse/purse-crypto.ts'
import { WRONG_MACS_MAX } from './secure-message.ts'

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

describe('INTERNAL AUTHENTICATE', () => {
  const challenge = '0102030405060708'

  test('encrypts a block of the reader under a key of its own', async () => {
    card.patch((await newCard({ keys: { store: STORE, ...REFS, ...PIN_REFS } })).memory)
    const key = card.key('internal-auth')
    const answer = toHex(tdesEncrypt(key, fromHex(challenge)))
    expect(card.send(`0088000408${challenge}`)).toBe(`${answer}9000`)
    expect(card.send(`0088000408${challenge}00`)).toBe(`${answer}9000`)
    expect(card.send(`0088000408${challenge}07`)).toBe('6C08')
    expect(card.send('00880004040102030400')).toBe('6700')
    expect(card.send(`0088010408${challenge}`)).toBe('6A86')
  })

  test('never answers for EXTERNAL AUTHENTICATE: its key is another', async () => {
    card.patch((await newCard({ keys: { store: STORE, ...REFS, ...PIN_REFS } })).memory)
    expect(card.send(`0088000308${challenge}`)).toBe('6A88')
  })
})

describe('wrong MACs of purchases', () => {
  test('after fifteen in the field INIT answers 6983, until the card leaves it', () => {
    for (let i = 0; i < WRONG_MACS_MAX; i++) {
      const init = card.send(initApdu(0x03, 200))
      card.send(CACHE_TRIP)
      expect(card.send(card.debit(init, { amountFen: 201 }))).toBe('9302')
    }
    expect(card.send(initApdu(0x03, 200))).toBe('6983')
    card.send(SELECT)
    expect(card.send(initApdu(0x00, 200))).toBe('6983')
    card.lose()
    card.send(SELECT)
    expect(card.purchase(200)).toMatch(/9000$/)
  })
})

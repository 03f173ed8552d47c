import { concat, fromHex, toHex } from '@unifare/core'
import { tdesEncrypt } from '@unifare/crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard } from '../bench-card.fixture.ts'
import { initApdu, newCard, PIN_REFS, REFS, STORE } from '../card.fixture.ts'
import { mac4, secureMessagingMac, tacMacKey } from '../purse/purse-crypto.ts'
import { pinBlock } from './card-pin.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
  const profile = await newCard({
    keys: { store: STORE, ...REFS, ...PIN_REFS },
    pin: { value: fromHex('123456'), tries: 3, forLoad: true },
  })
  card.patch(profile.memory)
})

describe('VERIFY PIN', () => {
  test('opens the load that needs it, until the next SELECT', () => {
    expect(card.send(initApdu(0x00, 100))).toBe('6982')
    expect(card.send('0020000003123456')).toBe('9000')
    expect(card.send(initApdu(0x00, 100))).toMatch(/9000$/)
    card.send('00A4040008A000000632010105')
    expect(card.send(initApdu(0x00, 100))).toBe('6982')
  })

  test('counts wrong ones down and blocks; a right one gives all tries back', () => {
    expect(card.send('0020000003000000')).toBe('63C2')
    expect(card.send('0020000003123456')).toBe('9000')
    for (const status of ['63C2', '63C1', '6983', '6983']) {
      expect(card.send('0020000003000000')).toBe(status)
    }
    expect(card.send('0020000003123456')).toBe('6983')
  })

  test('the tries outlive the field', () => {
    card.send('0020000003000000')
    card.lose()
    card.send('00A4040008A000000632010105')
    expect(card.send('0020000003000000')).toBe('63C1')
  })

  test('a card without PIN knows none', async () => {
    const plain = await benchCard()
    expect(plain.send('0020000003123456')).toBe('6A88')
    expect(plain.send('805E010007123456FF654321')).toBe('6A88')
  })
})

describe('CHANGE and RELOAD', () => {
  test('CHANGE takes the old PIN', () => {
    expect(card.send('805E010007000000FF654321')).toBe('63C2')
    expect(card.send('805E010007123456FF654321')).toBe('9000')
    expect(card.send('0020000003654321')).toBe('9000')
    expect(card.send('805E010003123456')).toBe('6A80')
    expect(card.send('805E010005654321FF01')).toBe('6A80')
  })

  test('RELOAD takes the MAC of the issuer and no PIN', () => {
    const pin = fromHex('987654')
    const mac = mac4(tacMacKey(card.key('pin-reload')), pin)
    expect(card.send(concat(fromHex('805E000007'), pin, fromHex('00000000')))).toBe('9302')
    expect(card.send(concat(fromHex('805E000007'), pin, mac))).toBe('9000')
    expect(card.send('0020000003987654')).toBe('9000')
  })
})

describe('PIN UNBLOCK', () => {
  function unblock(pin: string, key = card.key('pin-unblock')): string {
    const challenge = fromHex(card.send('0084000004').slice(0, 8))
    const block = tdesEncrypt(key, pinBlock(fromHex(pin), 8))
    const message = concat(fromHex('842400010C'), block)
    return card.send(concat(message, secureMessagingMac({ key, challenge, message })))
  }

  test('gives the tries back to who knows PIN and key', () => {
    for (let i = 0; i < 3; i++) card.send('0020000003000000')
    expect(unblock('000000')).toBe('6A80')
    expect(unblock('123456', card.key('pin-reload'))).toBe('6988')
    expect(unblock('123456')).toBe('9000')
    expect(card.send('0020000003123456')).toBe('9000')
  })

  test('needs a challenge', () => {
    expect(card.send(`842400010C${toHex(new Uint8Array(12))}`)).toBe('6984')
  })
})

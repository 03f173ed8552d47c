import { concat, fromHex, toHex } from '@unifare/core'
import { tdesEncrypt } from '@unifare/crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, SELECT } from '../bench-card.fixture.ts'
import { newCard, PIN_REFS, REFS, STORE } from '../card.fixture.ts'
import { secureMessagingMac } from '../purse/purse-crypto.ts'
import { WRONG_MACS_MAX } from './secure-message.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

/** A command under secure messaging: header CLA INS P1 P2, data, MAC under the maintenance key. */
function secure(header: string, data: string, key = card.key('maintenance')): string {
  const challenge = fromHex(card.send('0084000008').slice(0, 16))
  const content = fromHex(data)
  const message = concat(fromHex(header), Uint8Array.of(content.length + 4), content)
  return card.send(concat(message, secureMessagingMac({ key, challenge, message })))
}

describe('writes under secure messaging', () => {
  test('UPDATE BINARY writes inside its file', () => {
    expect(secure('04D6970A', '02')).toBe('9000')
    expect(card.send('00B0970A01')).toBe('029000')
    expect(secure('04D6973B', '0102')).toBe('6A84')
    expect(secure('04D6973C', '01')).toBe('6B00')
    expect(secure('04D69300', '01')).toBe('6A82')
    expect(card.send('00B0970B00')).toBe(`${'00'.repeat(49)}9000`)
  })

  test('UPDATE RECORD writes a whole record of a variable file, never a log', () => {
    const record = `27017D01${'22'.repeat(124)}`
    expect(secure('04DC01D4', record)).toBe('9000')
    expect(card.send('00B201D480')).toBe(`${record}9000`)
    expect(secure('04DC01D4', record.slice(2))).toBe('6700')
    expect(secure('04DC0FD4', record)).toBe('6A83')
    expect(secure('04DC01C4', '00'.repeat(23))).toBe('6985')
    expect(secure('04DC01F4', '00'.repeat(48))).toBe('6985')
  })

  test('APPEND RECORD adds one: under a MAC, or after EXTERNAL AUTHENTICATE', async () => {
    expect(secure('04E200D0', '2711027777')).toBe('9000')
    expect(card.send('00B207D400')).toBe('27110277779000')
    expect(card.send('00E200D003271201')).toBe('6982')

    card.patch((await newCard({ keys: { store: STORE, ...REFS, ...PIN_REFS } })).memory)
    const authenticate = (key: Uint8Array) =>
      card.send(
        concat(
          fromHex('0082000308'),
          tdesEncrypt(key, concat(fromHex(card.send('0084000004').slice(0, 8)), new Uint8Array(4))),
        ),
      )
    expect(authenticate(card.key('maintenance'))).toBe('6982')
    expect(card.send('00E200D003271201')).toBe('6982')
    expect(authenticate(card.key('external-auth'))).toBe('9000')
    expect(card.send('00E200D003271201')).toBe('9000')
    card.send(SELECT)
    expect(card.send('00E200D003271201')).toBe('6982')
  })

  test('a challenge serves once, a wrong MAC writes nothing', () => {
    const before = card.memory().binaries
    expect(secure('04D6970A', '02', card.key('load'))).toBe('6988')
    expect(card.send('04D6970A0502AABBCCDD')).toBe('6984')
    expect(card.memory().binaries).toEqual(before)
  })

  test('after fifteen wrong MACs in a row the card takes no writes, and still pays', () => {
    for (let i = 0; i < WRONG_MACS_MAX; i++) {
      expect(secure('04D6970A', '02', card.key('load'))).toBe('6988')
    }
    expect(secure('04D6970A', '02')).toBe('6983')
    expect(secure('84180000', '')).toBe('6983')
    card.lose()
    card.send(SELECT)
    expect(secure('04D6970A', '02')).toBe('6983')
    expect(card.purchase(200)).toMatch(/9000$/)
  })

  test('nobody makes a card safe from blocking by wrong MACs', () => {
    card.patch({ wrongMacs: WRONG_MACS_MAX })
    expect(secure('841E0000', '', card.key('load'))).toBe('6988')
    expect(secure('841E0000', '')).toBe('9000')
    expect(card.send(SELECT)).toBe('6A81')
  })

  test('EXTERNAL AUTHENTICATE of the issuer forgives them', async () => {
    card.patch((await newCard({ keys: { store: STORE, ...REFS, ...PIN_REFS } })).memory)
    card.patch({ wrongMacs: WRONG_MACS_MAX })
    const key = card.key('external-auth')
    const challenge = concat(fromHex(card.send('0084000004')).slice(0, 4), new Uint8Array(4))
    expect(card.send(concat(fromHex('0082000308'), tdesEncrypt(key, challenge)))).toBe('9000')
    expect(secure('04D6970A', '02')).toBe('9000')
  })

  test('a right MAC forgives the wrong ones before it', () => {
    for (let i = 1; i < WRONG_MACS_MAX; i++) secure('04D6970A', '02', card.key('load'))
    expect(secure('04D6970A', '02')).toBe('9000')
    expect(card.memory().wrongMacs).toBe(0)
  })
})

describe('CARD BLOCK', () => {
  test('ends everything on the card, for ever', () => {
    expect(secure('84160000', '')).toBe('9000')
    for (const command of [SELECT, '00A404000E325041592E5359532E4444463031', '00B0950000']) {
      expect(card.send(command)).toBe('6A81')
    }
    card.lose()
    expect(card.send(SELECT)).toBe('6A81')
  })

  test('needs the MAC', () => {
    card.send('0084000004')
    expect(card.send(`8416000004${toHex(new Uint8Array(4))}`)).toBe('6988')
    expect(card.send(SELECT)).toMatch(/9000$/)
  })
})

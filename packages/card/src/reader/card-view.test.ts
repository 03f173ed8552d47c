import { concat, fromHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balanceFen } from '../balance.ts'
import {
  ISSUER,
  must,
  NUMBER,
  newCard,
  newPsam,
  newSlot,
  opened,
  prepareBus,
  viewOf,
} from '../card.fixture.ts'
import { createCardSlot } from '../chip/card-slot.ts'
import { findTlv, parseTlv, tlv } from '../tlv.ts'
import { checkCard } from './card-view.ts'
import { debit } from './purchase-flow.ts'
import { readCard } from './read-card.ts'

describe('balance', () => {
  test.each([
    ['00001388', 5000],
    ['00000000', 0],
    ['800006E0', 1760],
    ['FFFFFF00', -256],
  ])('%s is %i fen', (hex, fen) => expect(balanceFen(fromHex(hex))).toBe(fen))
})

describe('FCI', () => {
  const info = new Uint8Array(30).fill(7)

  test('stray zeros and unknown objects do not matter', () => {
    const fci = tlv(
      0x6f,
      tlv(0x84, fromHex('A000000632010105')),
      tlv(0xa5, tlv(0x9f08, fromHex('0030')), tlv(0x9f12, fromHex('4D4F54')), tlv(0x9f0c, info)),
      new Uint8Array(4),
    )
    expect(findTlv(fci, 0x9f0c)).toEqual(info)
  })

  test('any bytes are parsed within bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const total = parseTlv(bytes).reduce((sum, { value }) => sum + value.length, 0)
        expect(total).toBeLessThanOrEqual(bytes.length)
        findTlv(bytes, 0x9f0c)
      }),
    )
  })

  test('deep nesting ends', () => {
    let bomb: Uint8Array = tlv(0x9f0c, info)
    for (let i = 0; i < 40; i++) bomb = tlv(0x6f, bomb)
    expect(findTlv(bomb, 0x9f0c)).toBeUndefined()
  })
})

describe('a card in the reader', () => {
  test('shows what it was personalised with', async () => {
    const view = await viewOf(await newSlot({ cardKind: 3 }))
    expect(view).toMatchObject({
      issuer: ISSUER,
      number: NUMBER,
      enabled: true,
      interoperable: true,
      validFrom: '20260101',
      validTo: '20361231',
      balanceFen: 5000,
      kind: 3,
      province: '7900',
      city: '7910',
      lastLog: null,
      lastTrip: null,
    })
    expect(view.rail?.id).toBe(0x2701)
    expect(view.bus?.id).toBe(0x2702)
  })

  test('answers to the short name of a longer identifier', async () => {
    const aidSuffix = fromHex('1000915600001401')
    expect(await readCard(await newSlot({ aidSuffix }))).toMatchObject({ ok: true })
  })

  test('another card is not T-Union', async () => {
    const transport = { transmit: async () => fromHex('6A82') }
    expect(await readCard(transport)).toEqual({ ok: false, code: 'card.not-t-union', sw: 0x6a82 })
  })

  test('answers of a broken card end in a refusal', async () => {
    for (const answer of ['', '90', '6100', '6C10', '9000', '6F00']) {
      const transport = { transmit: async () => fromHex(answer) }
      expect(await readCard(transport), answer).toMatchObject({ ok: false })
    }
  })

  test('61xx and 6Cxx are followed', async () => {
    const slot = await newSlot()
    let kept: Uint8Array = new Uint8Array(0)
    const transport = {
      async transmit(apdu: Uint8Array) {
        if (apdu[1] === 0xc0) return kept
        const le = apdu.at(-1)
        if (apdu[1] === 0xb0 && apdu.length === 5 && le === 0) return fromHex('6C3C')
        kept = await slot.transmit(apdu)
        const length = kept.length - 2
        return length > 0 && kept.at(-2) === 0x90 ? Uint8Array.of(0x61, length) : kept
      },
    }
    expect(must(await readCard(transport)).view).toEqual(await viewOf(slot))
  })

  test('the newest log and trip records are shown', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    must(await debit({ transport: slot, psam, pending }))
    const view = await viewOf(slot)
    expect(view.lastLog).toMatchObject({ number: 1, amountFen: 200, type: 9 })
    expect(view.lastTrip).toHaveLength(48)
  })
})

describe('checks of every acceptor', () => {
  const day = '20261121'

  test.each([
    ['card.expired', { validTo: '20261120' }, true],
    ['card.not-yet-valid', { validFrom: '20261122' }, true],
    ['card.not-interoperable', { interoperable: false }, false],
  ] as const)('%s', async (code, changes, home) => {
    const view = await viewOf(await newSlot(changes))
    expect(checkCard(view, { day, home })).toEqual({ ok: false, code })
  })

  test('first and last day are valid, a home card needs no interoperability', async () => {
    const changes = { validFrom: day, validTo: day, interoperable: false }
    const view = await viewOf(await newSlot(changes))
    expect(checkCard(view, { day, home: true })).toEqual({ ok: true })
  })

  test('a card that is not enabled, or has no purse', async () => {
    const card = await newCard()
    const info = card.memory.binaries[0x15]!
    const altered = (at: number, value: number) => {
      const bytes = concat(info.slice(0, at), Uint8Array.of(value), info.slice(at + 1))
      const memory = { ...card.memory, binaries: { ...card.memory.binaries, 0x15: bytes } }
      return createCardSlot({ card: { ...card, memory }, random: (n) => new Uint8Array(n) })
    }
    const check = async (at: number, value: number) =>
      checkCard(await viewOf(altered(at, value)), { day, home: true })
    expect(await check(9, 2)).toEqual({ ok: false, code: 'card.not-enabled' })
    expect(await check(8, 1)).toEqual({ ok: false, code: 'card.wrong-type' })
  })
})

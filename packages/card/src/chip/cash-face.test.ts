import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, SELECT } from '../bench-card.fixture.ts'
import { initApdu } from '../card.fixture.ts'

const SELECT_CASH = '00A4040008A000000632010106'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('the electronic-cash face', () => {
  test('FCI: PDOL, logs and the card in DF11, as real cards have them', () => {
    const df11 = [
      '30000001FFFFFFFF',
      '01',
      '3104950000000000017F',
      '0101',
      '00000156',
      '7900',
      '7910',
      '000100',
    ].join('')
    const discretionary = `BF0C31 DF610182 9F4D020B0A DF4D020C0A DF1120${df11.slice(0, 64)}`
    const pdol = 'DF60019F66049F02069F03069F1A0295055F2A029A039C019F21039F3704'
    const inner = `500A4D4F545F545F43415348 870101 9F381E${pdol} ${discretionary}`
    const body = inner.replaceAll(' ', '')
    const length = (body.length / 2).toString(16).toUpperCase()
    expect(card.send(SELECT_CASH)).toContain(`8408A000000632010106A5${length}${body}`)
  })

  test('shows the same purse: balance, card and logs', () => {
    card.purchase(300)
    card.send(SELECT_CASH)
    expect(card.send('80CA9F7900')).toBe('9F79060000000047009000')
    expect(card.send('00B2010C00')).toBe('70185A0A3104950000000000017F5F24033612315F25032601019000')
    expect(card.send('00B2015C00')).toBe('261121083000000000000300413100000042090001' + '9000')
    expect(card.send('00B2025C00')).toBe('6A83')
    expect(card.send('00B2016400')).toBe('6A83')
    expect(card.send('00B201F430')).toBe(`${'06'.repeat(48)}9000`)
    expect(card.send('00B201D480').slice(0, 6)).toBe('27017D')
  })

  test('takes no purse commands, and shares the lock', () => {
    card.send(SELECT_CASH)
    expect(card.send(initApdu(0x03, 100))).toBe('6985')
    expect(card.send('805C030204')).toBe('6985')
    card.patch({ lock: 'temporary' })
    expect(card.send(SELECT_CASH)).toBe('6A81')
    expect(card.send('00B2010C00')).toBe('6985')
    expect(card.send(SELECT)).toBe('6A81')
  })

  test('a card without it is asked in vain', () => {
    card.patch({ cash: false })
    expect(card.send(SELECT_CASH)).toBe('6A82')
  })
})

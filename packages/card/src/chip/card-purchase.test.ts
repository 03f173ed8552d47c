import { concat, fromHex, toHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type BenchCard,
  benchCard,
  CACHE_RAIL,
  CACHE_TRIP,
  RAIL,
  SELECT,
  TERMINAL_SERIAL,
  TRIP,
  termsOf,
} from '../bench-card.fixture.ts'
import { initApdu } from '../card.fixture.ts'
import { logLayout } from '../files/card-files.ts'
import { purchaseMac2, purchaseTacInput, tac } from '../purse/purse-crypto.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('composite purchase', () => {
  test('commits balance, counter, log, records and proof in one step', () => {
    const init = card.send(initApdu(0x03, 200))
    expect(init).toMatch(/^0000138800000000000100[0-9A-F]{8}9000$/)
    expect(card.send(CACHE_RAIL)).toBe('9000')
    expect(card.send(CACHE_TRIP)).toBe('9000')
    expect(card.send('805C030204')).toBe('000013889000')
    expect(card.send('00B201D480').slice(0, 8)).toBe('27017D01')
    const answer = fromHex(card.send(card.debit(init)))
    const terms = { ...termsOf(200, 9), terminalSerial: TERMINAL_SERIAL }
    const code = tac(card.key('tac'), purchaseTacInput(terms))
    const mac2 = purchaseMac2(card.sessionKey(init), 200)
    expect(toHex(answer)).toBe(`${toHex(code)}${toHex(mac2)}9000`)
    expect(card.send('805C030204')).toBe('000012C09000')
    expect(card.send('00B201D480')).toBe(`${RAIL}9000`)
    expect(card.send('00B201F430')).toBe(`${TRIP}9000`)
    expect(card.send('00B201C417')).toBe('0001000000000000C809413100000042202611210830009000')
    const proof = card.send('805A000902000108')
    expect(proof).toBe(`${toHex(answer.slice(4, 8))}${toHex(answer.slice(0, 4))}9000`)
  })

  test('reads in between do not disturb it', () => {
    const init = card.send(initApdu(0x03, 200))
    card.send(CACHE_TRIP)
    card.send('00B0950000')
    card.send('00B201C417')
    card.send('805C030204')
    expect(card.send(card.debit(init))).toHaveLength(20)
  })

  test.each([
    ['GET CHALLENGE', '0084000004'],
    ['an unknown command', '00CA9F7900'],
    ['a malformed command', '00A4'],
    ['SELECT', SELECT],
    ['GET TRANSACTION PROVE', '805A000902000108'],
  ])('%s drops it', (_name, apdu) => {
    const init = card.send(initApdu(0x03, 200))
    card.send(CACHE_TRIP)
    card.send(apdu)
    expect(card.send(card.debit(init))).toBe('6985')
    expect(card.memory().balanceFen).toBe(5000)
  })

  test('loss of the field drops it and leaves every file as it was', () => {
    const before = card.memory()
    card.send(initApdu(0x03, 200))
    card.send(CACHE_RAIL)
    card.lose()
    expect(card.memory()).toEqual(before)
  })

  test('a wrong MAC1 drops it: the right one comes too late', () => {
    const init = card.send(initApdu(0x03, 200))
    card.send(CACHE_TRIP)
    const right = card.debit(init)
    const wrong = right.slice()
    wrong[17]! ^= 1
    const before = card.memory()
    expect(card.send(wrong)).toBe('9302')
    expect(card.send(right)).toBe('6985')
    expect(card.memory()).toEqual(before)
  })

  test('MAC1 over another amount or type is refused', () => {
    for (const changes of [{ amountFen: 199 }, { type: 6 }]) {
      const init = card.send(initApdu(0x03, 200))
      card.send(CACHE_TRIP)
      expect(card.send(card.debit(init, changes))).toBe('9302')
    }
  })

  test('a wrong Le asks again and keeps it', () => {
    const init = card.send(initApdu(0x03, 200))
    card.send(CACHE_TRIP)
    const apdu = card.debit(init)
    expect(card.send(concat(apdu.slice(0, -1), Uint8Array.of(4)))).toBe('6C08')
    expect(card.send(apdu)).toHaveLength(20)
  })

  test('needs at least one record', () => {
    const init = card.send(initApdu(0x03, 200))
    expect(card.send(card.debit(init))).toBe('6985')
  })

  test('zero is an amount', () => {
    card.patch({ balanceFen: 0 })
    expect(card.purchase(0)).toHaveLength(20)
    expect(card.memory().offlineNumber).toBe(1)
  })

  test('the logs are rings', () => {
    for (let i = 0; i < 12; i++) card.purchase(1)
    expect(card.memory().cyclic[0x18]?.records).toHaveLength(10)
    const numbers = card.memory().cyclic[0x18]?.records.map((r) => logLayout.decode(r).number)
    expect(numbers).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3])
    expect(card.memory().cyclic[0x1e]?.records).toHaveLength(12)
  })
})

describe('cache updates', () => {
  test('are refused outside a composite purchase', () => {
    expect(card.send(CACHE_TRIP)).toBe('6985')
    const init = card.send(initApdu(0x01, 200))
    expect(card.send(CACHE_TRIP)).toBe('6985')
    expect(card.send(card.debit(init, { type: 6 }))).toBe('6985')
  })

  test.each([
    ['no such file', `80DC01A880${RAIL}`, '6A82'],
    ['the log is not a travel record', `80DC00C017${'00'.repeat(23)}`, '6A82'],
    ['no such record', `80DC0FD080${RAIL}`, '6A83'],
    ['another id', `80DC02D080${RAIL}`, '6A80'],
    ['too long', `80DC01D081${RAIL}00`, '6A84'],
    ['too short', `80DC01D0032701 7D`, '6700'],
    ['trip too long', `80DC00F031${TRIP}00`, '6A84'],
    ['trip with an id', `80DC01F030${TRIP}`, '6A86'],
    ['low bits of P2', `80DC01D180${RAIL}`, '6A86'],
  ])('%s', (_name, apdu, sw) => {
    card.send(initApdu(0x03, 200))
    expect(card.send(apdu)).toBe(sw)
  })

  test('a locked record', () => {
    const records = card.memory().variable[0x1a]!
    const locked = records[0]!.slice()
    locked[5] = 1
    card.patch({ variable: { 0x1a: [locked, ...records.slice(1)] } })
    card.send(initApdu(0x03, 200))
    expect(card.send(CACHE_RAIL)).toBe('9407')
  })

  test('their number is bounded', () => {
    card.send(initApdu(0x03, 200))
    for (let i = 0; i < 8; i++) expect(card.send(CACHE_TRIP)).toBe('9000')
    expect(card.send(CACHE_TRIP)).toBe('6A84')
  })
})

describe('INIT refuses', () => {
  test.each([
    ['more than the balance', () => initApdu(0x03, 5001), '9401'],
    ['an unknown key index', () => fromHex('805003020B02000000C8413100000042'), '9403'],
    ['a deposit, which it has not', () => fromHex('805003010B01000000C8413100000042'), '6A81'],
    ['unload', () => fromHex('805005010B01000000C8413100000042'), '6A81'],
    ['cash withdrawal', () => fromHex('805002010B01000000C8413100000042'), '6A81'],
    ['overdraft', () => fromHex('805004010B01000000C8413100000042'), '6A81'],
    ['an overdraft without INIT', () => fromHex('80580000'), '6985'],
    ['another P1', () => fromHex('805004020B01000000C8413100000042'), '6A86'],
    ['a short body', () => fromHex('805003020A01000000C84131000000'), '6700'],
    ['a wrong Le', () => concat(initApdu(0x03, 200), Uint8Array.of(0x10)), '6C0F'],
  ])('%s', (_name, apdu, sw) => expect(card.send(apdu())).toBe(sw))

  test('a counter at its maximum', () => {
    card.patch({ offlineNumber: 0xfffe })
    expect(card.purchase()).toHaveLength(20)
    expect(card.send(initApdu(0x03, 200))).toBe('9402')
  })

  test('a card without purchase key', () => {
    card.patch({ keys: card.memory().keys.filter((key) => key.use !== 'purchase') })
    expect(card.send(initApdu(0x03, 200))).toBe('6985')
  })
})

describe('plain purchase', () => {
  test('type 06, no records', () => {
    const init = card.send(initApdu(0x01, 200))
    expect(card.send(card.debit(init, { type: 6 }))).toHaveLength(20)
    expect(logLayout.decode(card.memory().cyclic[0x18]!.records[0]!).type).toBe(6)
    expect(card.send('805A0006020001')).toHaveLength(20)
  })
})

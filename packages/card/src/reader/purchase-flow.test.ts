import { fromHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AT,
  ISSUER,
  must,
  NUMBER,
  newPsam,
  newSlot,
  opened,
  PLACE,
  prepareBus,
  prepareMetro,
  REFS,
  STORE,
  TERMINAL,
  viewOf,
} from '../card.fixture.ts'
import type { CardSlot } from '../chip/card-slot.ts'
import { type CardEvidence, issuerOf, numberOf, purchaseCounter } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import { isOpenRailTrip } from '../files/composite-records.ts'
import { parseStationField } from '../files/travel-place.ts'
import { railEntry2701 } from '../files/travel-records.ts'
import { decodeTrip } from '../files/trip-log.ts'
import type { PsamReader } from '../psam/psam-reader.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import { blockApplication } from './block-flow.ts'
import { loadCard } from './load-flow.ts'
import { createLoadHost } from './load-host.ts'
import { debit } from './purchase-flow.ts'
import { readCard } from './read-card.ts'

const HOST = createLoadHost({ store: STORE, load: REFS.load, tac: REFS.tac })

async function verdict(evidence: CardEvidence) {
  const derive = (ref: typeof REFS.tac) => deriveCardKey({ store: STORE, ref, identity: evidence })
  const [purchaseKey, tacKey] = await Promise.all([derive(REFS.purchase), derive(REFS.tac)])
  return verifyEvidence({ evidence, purchaseKey, tacKey })
}

async function ride(slot: CardSlot, psam: PsamReader, prepare = prepareBus, amountFen?: number) {
  const request = amountFen === undefined ? {} : { amountFen }
  const { pending } = must(await prepare({ transport: slot, psam, ...request }))
  return must(await debit({ transport: slot, psam, pending }))
}

async function load(slot: CardSlot, amountFen: number) {
  const view = await viewOf(slot)
  const terms = { terminal: '000000000099', keyIndex: 1, amountFen, at: AT }
  return loadCard({ transport: slot, host: HOST, view, ...terms })
}

describe('bus, one tap', () => {
  test('debits, proves, and leaves a trip on the card', async () => {
    const slot = await newSlot()
    const sam = newPsam({ serial: 300 })
    const { evidence, balanceAfterFen } = await ride(slot, await opened(sam))
    expect(balanceAfterFen).toBe(4800)
    expect(evidence).toMatchObject({
      type: 9,
      amountFen: 200,
      terminal: TERMINAL,
      terminalSerial: 300,
      date: '20261121',
      time: '083000',
      balanceAfterFen: 4800,
    })
    expect([issuerOf(evidence), numberOf(evidence)]).toEqual([ISSUER, NUMBER])
    expect(await verdict(evidence)).toEqual({ tac: true, mac2: true })
    expect(sam.serial()).toBe(301)
    const view = await viewOf(slot)
    expect(view.balanceFen).toBe(4800)
    expect(view.lastLog?.number).toBe(purchaseCounter(evidence))
    expect(decodeTrip(view.lastTrip!)).toMatchObject({
      layout: 'new',
      trip: {
        type: 6,
        industry: 2,
        terminal: `0000${TERMINAL}`,
        line: 2,
        station: 17,
        amountFen: 200,
        balanceFen: 4800,
        dateTime: '20261121083000',
        city: '7910',
        institution: '10000003FFFFFFFF',
      },
    })
  })

  test('plain purchase, type 06', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam, kind: 'plain' }))
    const { evidence } = must(await debit({ transport: slot, psam, pending }))
    expect(evidence.type).toBe(6)
    expect(pending.records).toEqual([])
    expect(await verdict(evidence)).toEqual({ tac: true, mac2: true })
    expect((await viewOf(slot)).lastTrip).toBeNull()
  })
})

describe('metro', () => {
  test('entry with 0 and exit with the fare', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const entry = await ride(slot, psam, prepareMetro)
    expect(entry.evidence.amountFen).toBe(0)
    const inside = await viewOf(slot)
    expect(isOpenRailTrip(inside.rail!)).toBe(true)
    expect(inside.rail).toMatchObject({ entryCity: '7910', maxFareFen: 900, entryBalanceFen: 5000 })
    expect(parseStationField(inside.rail!.entryStation)).toEqual({ line: 2, station: 17 })

    const exit = await ride(slot, psam, prepareMetro, 400)
    expect(exit.balanceAfterFen).toBe(4600)
    expect(exit.evidence.terminalSerial).toBe(entry.evidence.terminalSerial + 1)
    expect(purchaseCounter(exit.evidence)).toBe(2)
    expect(await verdict(exit.evidence)).toEqual({ tac: true, mac2: true })
    const outside = await viewOf(slot)
    expect(isOpenRailTrip(outside.rail!)).toBe(false)
    expect(outside.rail).toMatchObject({ chargedFen: 400, entryStation: inside.rail!.entryStation })
    expect(outside.lastLog).toMatchObject({ type: 9, amountFen: 400, number: 2 })

    await ride(slot, psam, prepareMetro)
    const again = (await viewOf(slot)).rail!
    expect(again).toMatchObject({ status: 1, chargedFen: 0, exitTime: '0'.repeat(14) })
  })

  test('an own field of another acceptor survives our writing', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    await ride(slot, psam, prepareMetro)
    const own = new Uint8Array(29).fill(0xc7)
    const previous = { ...(await viewOf(slot)).rail!, reserved: own }
    const raw = previous.raw.slice()
    raw.set(own, 99)
    const written = railEntry2701(
      {
        terminal: TERMINAL,
        offlineNumber: 3,
        amountFen: 0,
        balanceBeforeFen: 1,
        balanceAfterFen: 1,
        date: '20261121',
        time: '083000',
      },
      { previous: { ...previous, raw }, place: PLACE, maxFareFen: 900 },
    )
    expect(written.bytes.slice(99)).toEqual(own)
  })

  test('station fields of others are not ours to read', () => {
    expect(parseStationField('0800190030000000')).toBeUndefined()
  })
})

describe('refusals', () => {
  test.each([
    ['card.insufficient-balance', { balanceFen: 199 }, REFS.purchase, 0x9401],
    ['card.no-key', {}, { ...REFS.purchase, index: 9 }, 0x9403],
  ] as const)('%s', async (code, changes, key, sw) => {
    const slot = await newSlot(changes)
    const psam = await opened(newPsam({ purchaseKeys: [key] }))
    expect(await prepareBus({ transport: slot, psam })).toEqual({ ok: false, code, sw })
    expect(slot.card().memory.offlineNumber).toBe(0)
  })

  test('a PSAM at its ceiling', async () => {
    const psam = await opened(newPsam({ serialCeiling: 1 }))
    const slot = await newSlot()
    expect(await prepareBus({ transport: slot, psam })).toMatchObject({
      code: 'card.psam-exhausted',
    })
  })

  test('a PSAM of another key hierarchy: the card refuses MAC1, nothing is debited', async () => {
    const psam = await opened(newPsam({ path: ['card', 'issuer'] }))
    const slot = await newSlot()
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    const result = await debit({ transport: slot, psam, pending })
    expect(result).toEqual({ ok: false, code: 'card.bad-mac', sw: 0x9302, state: 'not-debited' })
    expect(slot.card().memory.balanceFen).toBe(5000)
  })

  test('a card that answers a false MAC2 is suspect, with its evidence kept', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const transport = {
      async transmit(apdu: Uint8Array) {
        const response = await slot.transmit(apdu)
        if (apdu[1] === 0x54) response[4]! ^= 1
        return response
      },
    }
    const { pending } = must(await prepareBus({ transport, psam }))
    const result = await debit({ transport, psam, pending })
    expect(result).toMatchObject({ ok: false, code: 'card.bad-mac', state: 'suspect' })
    expect(result).toHaveProperty('evidence.amountFen', 200)
  })

  test('a PSAM that is gone after DEBIT leaves the purchase suspect, not lost', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    const broken = { ...psam, transport: { transmit: async () => fromHex('6F00') } }
    const result = await debit({ transport: slot, psam: broken, pending })
    expect(result).toMatchObject({ code: 'card.psam-refused', state: 'suspect' })
  })

  test('a defect of the transport is not a refusal', async () => {
    const transport = { transmit: async () => Promise.reject(new TypeError('no reader')) }
    await expect(readCard(transport)).rejects.toThrow('no reader')
  })
})

describe('load', () => {
  test('raises the balance and is proved by its TAC', async () => {
    const slot = await newSlot()
    expect(must(await load(slot, 3000)).balanceAfterFen).toBe(8000)
    const { lastLog, balanceFen } = await viewOf(slot)
    expect(balanceFen).toBe(8000)
    expect(lastLog).toMatchObject({ type: 2, amountFen: 3000, terminal: '000000000099' })
    const proof = await slot.transmit(fromHex('805A0002020001'))
    expect(proof).toHaveLength(10)
  })

  test('not above the limit of the purse', async () => {
    const slot = await newSlot({ balanceLimitFen: 6000 })
    expect(await load(slot, 1001)).toMatchObject({ ok: false, code: 'card.balance-limit' })
    expect(must(await load(slot, 1000)).balanceAfterFen).toBe(6000)
  })

  test('not with a false MAC on either side', async () => {
    const slot = await newSlot()
    const view = await viewOf(slot)
    const terms = { transport: slot, view, terminal: TERMINAL, keyIndex: 1, amountFen: 100, at: AT }
    const lying = {
      ...HOST,
      authorise: async () => ({ ok: true, mac2: new Uint8Array(4) }) as const,
    }
    expect(await loadCard({ ...terms, host: lying })).toMatchObject({ code: 'card.bad-mac' })
    const foreign = createLoadHost({ store: STORE, load: REFS.purchase, tac: REFS.tac })
    expect(await loadCard({ ...terms, host: foreign })).toMatchObject({ code: 'card.bad-mac' })
    expect(slot.card().memory).toMatchObject({ balanceFen: 5000, onlineNumber: 0 })
  })
})

describe('deny-list hit', () => {
  test.each([
    [false, 'temporary'],
    [true, 'permanent'],
  ])('permanent %s', async (permanent, lock) => {
    const slot = await newSlot()
    const psam = await opened(newPsam())
    const view = await viewOf(slot)
    expect(await blockApplication({ transport: slot, psam, view, permanent })).toEqual({ ok: true })
    expect(slot.card().memory.lock).toBe(lock)
    expect(await readCard(slot)).toMatchObject({ ok: false, code: 'card.application-locked' })
  })

  test('not under a foreign maintenance key', async () => {
    const slot = await newSlot()
    const psam = await opened(newPsam({ path: ['card', 'issuer'] }))
    const view = await viewOf(slot)
    const result = await blockApplication({ transport: slot, psam, view, permanent: true })
    expect(result).toEqual({ ok: false, code: 'card.bad-mac', sw: 0x6988 })
  })
})

test('balance is what was on it, plus loads, less debits, and never below zero', async () => {
  const operation = fc.record({
    kind: fc.constantFrom('bus', 'metro', 'load'),
    amountFen: fc.nat({ max: 3000 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 12 }), async (operations) => {
      const slot = await newSlot({ balanceFen: 4000, balanceLimitFen: 9000 })
      const psam = await opened(newPsam())
      let expected = 4000
      for (const { kind, amountFen } of operations) {
        if (kind === 'load') {
          if ((await load(slot, amountFen)).ok) expected += amountFen
        } else {
          const prepare = kind === 'bus' ? prepareBus : prepareMetro
          const prepared = await prepare({ transport: slot, psam, amountFen })
          expect(prepared.ok).toBe(amountFen <= expected)
          if (!prepared.ok) continue
          const { pending } = prepared
          must(await debit({ transport: slot, psam, pending }))
          expected -= amountFen
        }
        expect((await viewOf(slot)).balanceFen).toBe(expected)
        expect(expected).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 40 },
  )
})

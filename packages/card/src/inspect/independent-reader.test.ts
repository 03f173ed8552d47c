import { instantFromDigits } from '@unifare/core'
import { expect, test } from 'vitest'
import { must, newPsam, newSlot, opened, REFS, STORE, TERMINAL, viewOf } from '../card.fixture.ts'
import type { CardSlot } from '../chip/card-slot.ts'
import type { CardRecord } from '../evidence/pending.ts'
import { busAlighting2702, busBoarding2702 } from '../files/travel-bus.ts'
import { railEntry2701, railExit2701, tripRecord1E } from '../files/travel-records.ts'
import type { PsamReader } from '../psam/psam-reader.ts'
import { blockApplication } from '../reader/block-flow.ts'
import { loadCard } from '../reader/load-flow.ts'
import { createLoadHost } from '../reader/load-host.ts'
import { debit, type PurchaseContext, preparePurchase } from '../reader/purchase-flow.ts'
import { inspectCard } from './inspect-card.ts'
import { readDump } from './read-dump.ts'

// A second reader, written from the offsets of reference card 2 alone: it uses no layout, no flow
// and no parser of this package, only raw commands and places in the bytes that come back.

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
const number = (record: Uint8Array, from: number, length: number) =>
  Number.parseInt(hexOf(record.subarray(from, from + length)), 16)
const hex = (record: Uint8Array, from: number, length: number) =>
  hexOf(record.subarray(from, from + length))
const day = (digits: string) => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
const time = (digits: string) =>
  `${day(digits)}T${digits.slice(8, 10)}:${digits.slice(10, 12)}:${digits.slice(12, 14)}+08:00`

async function ask(slot: CardSlot, apdu: string): Promise<Uint8Array | undefined> {
  const answer = await slot.transmit(Buffer.from(apdu, 'hex'))
  return hexOf(answer.slice(-2)) === '9000' ? answer.slice(0, -2) : undefined
}

async function records(slot: CardSlot, p2: string, most: number): Promise<Uint8Array[]> {
  const found: Uint8Array[] = []
  for (let at = 1; at <= most; at++) {
    const record = await ask(slot, `00B2${at.toString(16).padStart(2, '0')}${p2}00`)
    if (!record || /^(00)*$|^(FF)*$/.test(hexOf(record))) break
    found.push(record)
  }
  return found
}

const TYPES: Readonly<Record<number, string>> = { 3: 'entry', 4: 'exit', 6: 'single' }
const LOG_TYPES: Readonly<Record<number, string>> = { 2: 'load', 9: 'composite-purchase' }
const MODES: Readonly<Record<number, string>> = { 1: 'metro', 2: 'bus' }
const KINDS: Readonly<Record<number, string>> = { 1: 'ordinary', 3: 'senior' }

async function outsideView(slot: CardSlot) {
  await ask(slot, '00A4040008A00000063201010500')
  const info = (await ask(slot, '00B095001E'))!
  const place = (await ask(slot, '00B097003C'))!
  const balance = (await ask(slot, '805C030204'))!
  const rail = (await ask(slot, '00B201D480'))!
  const bus = (await ask(slot, '00B202D480'))!
  return {
    number: hex(info, 10, 10).slice(1),
    issuer: hex(info, 0, 4),
    validFrom: day(hex(info, 20, 4)),
    validTo: day(hex(info, 24, 4)),
    kind: KINDS[place[10]!],
    city: hex(place, 6, 2),
    interoperable: number(place, 8, 2) === 1,
    balanceFen: number(balance, 0, 4),
    transactions: (await records(slot, 'C4', 10)).map((record) => ({
      number: number(record, 0, 2),
      type: LOG_TYPES[record[9]!],
      amountFen: number(record, 5, 4),
      terminal: hex(record, 10, 6),
      time: time(hex(record, 16, 7)),
    })),
    trips: (await records(slot, 'F4', 30)).map((record) => ({
      type: TYPES[record[0]!],
      time: time(hex(record, 25, 7)),
      amountFen: number(record, 17, 4),
      balanceFen: number(record, 21, 4),
      mode: MODES[record[9]!],
      city: hex(record, 32, 2),
      terminal: hex(record, 3, 6),
      acceptor: hex(record, 34, 4),
    })),
    openRailTrip: [1, 3].includes(rail[14]!) ? { maxFareFen: number(rail, 81, 4) } : null,
    openBusTrip:
      bus[14] === 1
        ? {
            time: time(hex(bus, 46, 7)),
            city: hex(bus, 15, 2),
            acceptor: hex(bus, 17, 4),
            terminal: hex(bus, 40, 6),
            line: number(bus, 27, 2),
            station: bus[29],
            maxFareFen: number(bus, 53, 4),
          }
        : null,
  }
}

const METRO = { city: '7910', institution: '17917912', line: 2, station: 17 }
const BUS = {
  city: '5810',
  institution: '12205811',
  line: 66,
  station: 5,
  operator: 7,
  vehicle: 'A1234',
}

interface Field {
  readonly slot: CardSlot
  readonly psam: PsamReader
}

async function pay(
  { slot, psam }: Field,
  purchase: {
    readonly amountFen: number
    readonly at: string
    records(context: PurchaseContext): readonly CardRecord[]
  },
) {
  const request = { transport: slot, psam, view: await viewOf(slot), ...purchase }
  const at = instantFromDigits(purchase.at)
  const { pending } = must(await preparePurchase({ ...request, at }))
  must(await debit({ transport: slot, psam, pending }))
}

async function metro(field: Field, at: string, amountFen: number) {
  const { rail } = await viewOf(field.slot)
  const inside = amountFen > 0 ? rail : null
  await pay(field, {
    amountFen,
    at,
    records: (context) => [
      inside
        ? railExit2701(context, { entry: inside, place: METRO })
        : railEntry2701(context, { previous: rail, place: METRO, maxFareFen: 900 }),
      tripRecord1E(context, { type: inside ? 'exit' : 'entry', industry: 'metro', place: METRO }),
    ],
  })
}

async function bus(field: Field, at: string, amountFen: number) {
  const { bus: previous } = await viewOf(field.slot)
  await pay(field, {
    amountFen,
    at,
    records: (context) => [
      amountFen > 0 && previous
        ? busAlighting2702(context, { boarding: previous, place: BUS })
        : busBoarding2702(context, { previous, place: BUS, markedFen: 400, direction: 'down' }),
      tripRecord1E(context, { type: 'single', industry: 'bus', place: BUS }),
    ],
  })
}

test('a reader that follows only the written offsets sees what the inspection says', async () => {
  const slot = await newSlot({ cardKind: 3 })
  const field = { slot, psam: await opened(newPsam()) }
  const host = createLoadHost({ store: STORE, load: REFS.load, tac: REFS.tac })
  const seen = async () => {
    const { dump } = must(await readDump(slot))
    const [ours, theirs] = [inspectCard(dump), await outsideView(slot)]
    expect(ours).toMatchObject(theirs)
    expect(ours.problems).toEqual([])
    expect(ours.trips).toHaveLength(theirs.trips.length)
    return theirs
  }

  expect(await seen()).toMatchObject({ balanceFen: 5000, trips: [], openRailTrip: null })
  await metro(field, '20261121080000', 0)
  expect((await seen()).openRailTrip).toEqual({ maxFareFen: 900 })
  await metro(field, '20261121083000', 350)
  await bus(field, '20261121090000', 0)
  expect((await seen()).openBusTrip).toMatchObject({ maxFareFen: 400, line: 66, station: 5 })
  await bus(field, '20261121093000', 250)
  const terms = { terminal: TERMINAL, amountFen: 10_000, keyIndex: 1 }
  const at = instantFromDigits('20261121100000')
  must(await loadCard({ transport: slot, host, view: await viewOf(slot), at, ...terms }))

  const last = await seen()
  expect(last).toMatchObject({ balanceFen: 14_400, openRailTrip: null, openBusTrip: null })
  expect(last.transactions.map(({ amountFen }) => amountFen)).toEqual([10_000, 250, 0, 350, 0])
  expect(last.trips.map(({ type }) => type)).toEqual(['single', 'single', 'exit', 'entry'])
})

test('the applications of a card are listed once, and a locked card says so', async () => {
  const slot = await newSlot()
  const psam = await opened(newPsam())
  const { dump, locked } = must(await readDump(slot))
  expect(locked).toBe(false)
  expect(inspectCard(dump).applications.map(({ kind }) => kind)).toEqual(['cash', 'purse'])
  const view = await viewOf(slot)
  must(await blockApplication({ transport: slot, psam, view, permanent: true }))
  expect(must(await readDump(slot)).locked).toBe(true)
})

test('a card without any purse is refused', async () => {
  const none = { transmit: async () => Uint8Array.of(0x6a, 0x82) }
  expect(await readDump(none)).toEqual({ ok: false, code: 'card.not-t-union' })
})

import * as centre from '@unifare/centre'
import * as operator from '@unifare/operator'
import { type Charge, FLAGS, MONEY_KINDS, parseCharge, parseTap, type Tap } from '@unifare/tap'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

/** Beijing's distance buses, Nanjing's taxis and Hangzhou's bicycles, by riders of three cities. */
const TOWNS = {
  seed: 'modes',
  day: '2026-11-20',
  riders: 120,
  operators: ['11011001', '13013014', '13303316'],
  issuers: ['01011000', '00083010', '03303310'],
}

let day: MemoryNetwork
let charges: readonly { readonly verdict: string; readonly charge: Charge }[]
let taps: readonly Tap[]

beforeAll(async () => {
  day = await openMemoryNetwork(TOWNS)
  await prepareNetwork(day.day)
  await rideDay(day.day)
  const rows = await day.network.centre.read((tx) => tx.select(centre.charges, { day: TOWNS.day }))
  charges = rows.map(({ raw, verdict }) => ({ verdict, charge: parseCharge(raw) }))
  const found: Tap[] = []
  for (const party of day.network.operators.values()) {
    const stored = await party.read((tx) => tx.select(operator.taps, {}))
    found.push(...stored.map(({ raw }) => parseTap(raw)))
  }
  taps = found
})

describe('a day of buses by distance, taxis and bicycles', () => {
  it('settles every charge, and no terminal debits otherwise than its operator prices', async () => {
    expect(charges.filter(({ verdict }) => verdict !== 'normal')).toEqual([])
    for (const party of day.network.operators.values()) {
      expect(await party.read((tx) => operator.differencesOf(tx, TOWNS.day))).toEqual([])
    }
  })

  it('has rides of each: on and off the bus by card and by code, keyed taxis, hires', () => {
    const count = (mode: Tap['mode'], medium: Tap['medium'], kind: Tap['kind']) =>
      taps.filter((tap) => tap.mode === mode && tap.medium === medium && tap.kind === kind).length
    for (const medium of ['card', 'code'] as const) {
      expect(count('bus', medium, 'entry')).toBeGreaterThan(5)
      expect(count('bus', medium, 'exit')).toBeGreaterThan(5)
      expect(count('taxi', medium, 'purchase')).toBeGreaterThan(5)
      expect(count('bicycle', medium, 'return')).toBeGreaterThan(5)
    }
    const keyed = taps.filter(
      ({ flags, kind }) => kind === 'purchase' && (flags & FLAGS.keyed) !== 0,
    )
    expect(keyed.length).toBe(count('taxi', 'card', 'purchase'))
  })

  it('charges who forgot to tap off: a code with the maximum, a card when it boards again', () => {
    const ofBus = charges.flatMap(({ charge }) => (charge.mode === 'bus' ? [charge] : []))
    const marked = ofBus.filter(({ parts }) => parts.some(({ rule }) => rule === 'repair.marked'))
    const lone = ofBus.filter(({ parts }) =>
      parts.some(({ rule }) => rule === 'incomplete.maximum'),
    )
    expect([...marked, ...lone].length).toBeGreaterThan(0)
    for (const { amountFen } of [...marked, ...lone]) expect(amountFen).toBe(600)
    const repairs = taps.filter(({ kind }) => kind === 'repair')
    expect(marked.length).toBe(repairs.length)
  })

  it('debits cards exactly what is charged to them', () => {
    const debitedFen = taps
      .filter(({ kind, medium }) => medium === 'card' && MONEY_KINDS.has(kind))
      .reduce((sum, { amountFen }) => sum + amountFen, 0)
    const chargedFen = charges
      .filter(({ charge }) => charge.medium === 'card')
      .reduce((sum, { charge }) => sum + charge.amountFen, 0)
    expect(chargedFen).toBe(debitedFen)
    expect(chargedFen).toBeGreaterThan(0)
  })
})

import { encodeEvidence } from '@unifare/card'
import { pureEngine } from '@unifare/crypto'
import { parseIssuerKeys } from '@unifare/ridecode'
import type { Charge, Tap } from '@unifare/tap'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  CARD,
  cardTap,
  chargeOf,
  createVerifier,
  evidenceOf,
  ISSUER,
  ISSUERS,
  OPERATORS,
} from '../clearing.fixture.ts'
import { codeTap } from '../code.fixture.ts'
import { DEMONSTRATION_FEES } from '../fees.ts'
import type { netPositions } from '../netting.ts'
import { UNREADABLE, type WasDelivered } from './delivered.ts'
import {
  clearOnColumns,
  clearOnObjects,
  type HeldTap,
  hashOf,
  rowsOf,
  type TestDay,
  verdictsOfRows,
} from './engine.fixture.ts'
import type { MemberSums } from './member-sums.ts'
import { sidesOf } from './sides.ts'
import { VERDICT_NUMBERS } from './verdict-rows.ts'

const held = (tap: Tap, version = 0): HeldTap => ({ tap, held: version })
const cards = Array.from({ length: 5 }, (_, i) => CARD.slice(0, 18) + i)

/** Taps of some cards at some terminals, made once: a tap costs two MACs. */
let pool: Tap[] = []

beforeAll(async () => {
  const made: Promise<Tap>[] = []
  for (let i = 0; i < 60; i++) {
    made.push(
      cardTap({
        sequence: i + 1,
        serial: i + 1,
        counter: Math.floor(i / cards.length) + 1,
        terminal: `40000000000${i % 3}`,
        operator: OPERATORS[i % 2] as string,
        issuer: ISSUERS[(i % cards.length) % 2] as string,
        account: cards[i % cards.length] as string,
        amountFen: 100 + 10 * i,
        balanceFen: 5_000 + i,
        mode: i % 7 === 0 ? 'ferry' : 'bus',
      }),
    )
  }
  pool = await Promise.all(made)
})

/** What may be wrong with a charge, or with a tap of it. */
const faults = [
  'none',
  'none',
  'none',
  'not-delivered',
  'charged-twice',
  'other-amount',
  'other-account',
  'bad-tac',
  'bad-mac2',
  'other-balance',
  'replayed',
  'test-tap',
  'test-charge',
  'overdue',
  'two-taps',
  'same-tap-twice',
  'next-day',
  'held-list',
] as const

const plans = fc.array(
  fc.record({ tap: fc.nat(59), fault: fc.constantFrom(...faults), endAt: fc.nat(5_000) }),
  { minLength: 1, maxLength: 25 },
)

type Plan = {
  readonly tap: number
  readonly fault: (typeof faults)[number]
  readonly endAt: number
}

/** A day made of a plan. */
async function dayOfPlans(planned: readonly Plan[]): Promise<TestDay> {
  const taps = new Map<string, HeldTap>()
  const charges: Charge[] = []
  const add = (tap: Tap, version = 0) => {
    const key = `${tap.terminal}-${tap.sequence}`
    if (!taps.has(key)) taps.set(key, held(tap, version))
  }
  const ask = (named: readonly Tap[], changes: Partial<Charge> = {}) =>
    charges.push(chargeOf(named, { number: charges.length + 1, ...changes }))
  for (const [index, { tap: at, fault, endAt }] of planned.entries()) {
    const tap = pool[at] as Tap
    const ending = { endAt: tap.at + endAt }
    const own = { ...tap, sequence: 1_000 + index }
    switch (fault) {
      case 'none':
        add(tap)
        ask([tap], ending)
        break
      case 'not-delivered':
        ask([own], ending)
        break
      case 'charged-twice':
        add(tap)
        ask([tap], ending)
        ask([tap], ending)
        break
      case 'other-amount':
        add(tap)
        ask([{ ...tap, amountFen: tap.amountFen + 1 }], ending)
        break
      case 'other-account':
        add(tap)
        ask([{ ...tap, account: cards[(at + 1) % cards.length] as string }], ending)
        break
      case 'bad-tac':
      case 'bad-mac2': {
        const evidence = await evidenceOf(tap)
        const field = fault === 'bad-tac' ? 'tac' : 'mac2'
        const spoilt = { ...evidence, [field]: evidence[field].map((byte) => byte ^ 1) }
        add({ ...own, evidence: encodeEvidence(spoilt) })
        ask([own], ending)
        break
      }
      case 'other-balance':
        add({ ...own, balanceFen: own.balanceFen + 1 })
        ask([own], ending)
        break
      case 'replayed': {
        // The same good TAC under another counter.
        const evidence = await evidenceOf(tap)
        const replay = {
          ...own,
          counter: tap.counter + 1,
          evidence: encodeEvidence({ ...evidence, offlineNumber: tap.counter }),
        }
        add(tap)
        add(replay)
        ask([tap], ending)
        ask([replay], ending)
        break
      }
      case 'test-tap':
        add({ ...own, flags: 1 })
        ask([own], ending)
        break
      case 'test-charge':
        add(tap)
        ask([tap], { ...ending, test: true })
        break
      case 'overdue':
        add(tap)
        ask([tap], { ...ending, tapDay: '2026-10-01' })
        break
      case 'two-taps': {
        const other = pool[(at + cards.length * 2) % pool.length] as Tap
        add(tap)
        add(other)
        ask([tap, other], ending)
        break
      }
      case 'same-tap-twice':
        add(tap)
        ask([tap, tap], ending)
        break
      case 'next-day':
        add(tap)
        ask([tap], { ...ending, tapDay: '2026-11-19' })
        break
      case 'held-list':
        add(tap, 1 + (at % 3))
        ask([tap], ending)
        break
    }
  }
  const denied = [
    { issuer: ISSUER, account: cards[0] as string, medium: 'card' as const, version: 2, until: 3 },
    { issuer: ISSUER, account: cards[2] as string, medium: 'card' as const, version: 1, until: 0 },
  ]
  return { charges, taps: [...taps.values()], denied }
}

describe('a shard cleared on columns', () => {
  test('gives the verdicts and the money of the specification, for any faults in any order', async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(), async (planned, seed) => {
        const day = await dayOfPlans(planned)
        const expected = await clearOnObjects(day)
        const shuffled = {
          ...day,
          charges: shuffle(day.charges, seed),
          taps: shuffle(day.taps, seed + 1),
        }
        const { rows, sums, settledFen } = await clearOnColumns(shuffled)
        expect(verdictsOfRows(rows)).toEqual(
          Object.fromEntries(expected.charges.map(({ id, verdict }) => [id, verdict])),
        )
        expect(Number(settledFen)).toBe(expected.settledFen)
        expect(memberMicro(sums)).toEqual(memberMicroOf(expected.charges))
        expect((await clearOnColumns(day)).rows).toEqual(rows)
      }),
      { numRuns: 60 },
    )
  })

  test('verifies codes, and knows their caps', async () => {
    const { tap, content } = await codeTap()
    const verifier = { ...createVerifier(), issuerKeys: parseIssuerKeys(content, pureEngine) }
    const forged = {
      ...tap,
      sequence: 9,
      evidence: tap.evidence.map((b, i) => (i === 300 ? b ^ 1 : b)),
    }
    const charges = [
      chargeOf([tap], { number: 1, amountFen: 200, parts: [{ rule: 'flat', amountFen: 200 }] }),
      chargeOf([tap], { number: 2, amountFen: 200, parts: [{ rule: 'flat', amountFen: 200 }] }),
      chargeOf([forged], { number: 3, amountFen: 200, parts: [{ rule: 'flat', amountFen: 200 }] }),
    ]
    const day = { charges, taps: [held(tap), held(forged)], verifier }
    const { rows } = await clearOnColumns(day)
    const expected = await clearOnObjects({ ...day, verifier: { ...verifier } })
    expect(verdictsOfRows(rows)).toEqual(
      Object.fromEntries(expected.charges.map(({ id, verdict }) => [id, verdict])),
    )
    expect(verdictsOfRows(rows)['30000001-1']).toBe('normal')
    const dear = chargeOf([tap], { amountFen: 3_001, parts: [{ rule: 'flat', amountFen: 3_001 }] })
    expect(verdictsOfRows((await clearOnColumns({ ...day, charges: [dear] })).rows)).toEqual({
      '30000001-1': 'code.over-cap',
    })
  })

  test('writes a row for every tap of a charge, in the order of the accounts’ hashes', async () => {
    const taps = pool.slice(0, 30)
    const two = [pool[0], pool[10]] as Tap[]
    const charges = [
      ...taps.slice(1, 10).map((tap, i) => chargeOf([tap], { number: i + 1 })),
      chargeOf(two, { number: 77 }),
    ]
    const {
      rows,
      charges: count,
      waiting,
    } = await clearOnColumns({
      charges,
      taps: taps.map((tap) => held(tap)),
    })
    expect(count).toBe(10)
    const read = rowsOf(rows)
    expect(read).toHaveLength(11)
    const hashes = read.map(({ issuer, account }) => hashOf(issuer, account, 'card'))
    expect(hashes).toEqual(hashes.toSorted((a, b) => a - b))
    const double = read.filter(({ number }) => number === 77)
    expect(double.map(({ place, amountFen }) => [place, amountFen])).toEqual([
      [0, 100],
      [1, 200],
    ])
    expect(double[1]).toMatchObject({
      operator: OPERATORS[0],
      terminal: '400000000001',
      sequence: 11,
      counter: 3,
      balanceFen: 5_010,
      at: two[1]?.at,
      tapDay: '20261120',
    })
    // The taps that did not settle wait: those that no charge named, and the two of one refused.
    expect(verdictsOfRows(rows)[`${OPERATORS[0]}-77`]).toBe('tap.foreign')
    expect(waiting.length).toBe(21)
  })

  test('an empty shard has no rows', async () => {
    const { rows, sums, settledFen } = await clearOnColumns({ charges: [], taps: [] })
    expect([rows.length, sums.operators.length, settledFen]).toEqual([0, 0, 0n])
  })
})

describe('what earlier days settled', () => {
  const yesterday = async (tap: Tap) => {
    const { rows } = await clearOnColumns({ charges: [chargeOf([tap])], taps: [held(tap)] })
    return rows
  }

  test('is charged once for ever, and another record of the same counter is a conflict', async () => {
    const tap = pool[3] as Tap
    const rows = await yesterday(tap)
    const asked: number[] = []
    const history = async (accounts: readonly unknown[]) => {
      asked.push(accounts.length)
      return [{ rows, fees: DEMONSTRATION_FEES }]
    }
    const old = { isNew: () => false, ride: () => undefined }
    const again = { charges: [chargeOf([tap])], taps: [held(tap)] }
    const [only] = Object.values(
      verdictsOfRows((await clearOnColumns(again, { history, cards: old })).rows),
    )
    expect(only).toBe('tap.charged')
    const other = { ...tap, sequence: 4_711 }
    const twice = { charges: [chargeOf([other])], taps: [held(other)] }
    expect(
      Object.values(verdictsOfRows((await clearOnColumns(twice, { history, cards: old })).rows)),
    ).toEqual(['tap.conflict'])
    expect(asked).toEqual([1, 1])
  })

  test('is not asked about for counters that are new', async () => {
    const tap = pool[3] as Tap
    const history = async () => {
      throw new Error('nobody needs it')
    }
    const { rows } = await clearOnColumns(
      { charges: [chargeOf([tap])], taps: [held(tap)] },
      { history },
    )
    expect(rowsOf(rows)[0]?.verdict).toBe(VERDICT_NUMBERS.normal)
  })

  test('tells a tap that was charged before from one that never came, and from another’s', async () => {
    const tap = pool[3] as Tap
    const rows = await yesterday(tap)
    const charges = [chargeOf([tap])]
    const verdict = async (history: Uint8Array, wasDelivered: WasDelivered) =>
      Object.values(
        verdictsOfRows(
          (
            await clearOnColumns(
              { charges, taps: [] },
              {
                history: async () => [{ rows: history, fees: DEMONSTRATION_FEES }],
                wasDelivered,
              },
            )
          ).rows,
        ),
      )[0]
    const none = new Uint8Array(0)
    expect(await verdict(rows, () => false)).toBe('tap.charged')
    expect(await verdict(none, () => false)).toBe('tap.missing')
    expect(await verdict(none, (high) => high < UNREADABLE)).toBe('tap.foreign')
    expect(await verdict(none, () => true)).toBe('tap.unreadable')
  })
})

function shuffle<T>(items: readonly T[], seed: number): T[] {
  const keyed = items.map((item, i) => ({ item, key: Math.imul(i + 1 + seed, 0x9e3779b1) >>> 0 }))
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item)
}

function memberMicro(sums: MemberSums): Record<string, string> {
  const totals: Record<string, bigint> = {}
  const { receivable, payable } = sidesOf([sums])
  for (const [id, micro] of receivable) totals[id] = (totals[id] ?? 0n) + micro
  for (const [id, micro] of payable) totals[id] = (totals[id] ?? 0n) - micro
  return asText(totals)
}

function memberMicroOf(charges: Parameters<typeof netPositions>[0]): Record<string, string> {
  const totals: Record<string, bigint> = {}
  for (const { charge, fee } of charges) {
    if (fee === null) continue
    const whole = BigInt(charge.amountFen) * 1_000_000n
    totals[charge.operator] =
      (totals[charge.operator] ?? 0n) + whole - fee.feeMicro + fee.acquirerMicro
    totals[charge.issuer] = (totals[charge.issuer] ?? 0n) - whole + fee.issuerMicro
  }
  return asText(totals)
}

function asText(totals: Readonly<Record<string, bigint>>): Record<string, string> {
  return Object.fromEntries(Object.entries(totals).map(([id, value]) => [id, String(value)]))
}

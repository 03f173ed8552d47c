import type { AcceptanceRow } from '@unifare/bundle'
import { fromUtf8 } from '@unifare/core'
import { type Charge, deliveryId, FLAGS, type Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  AT,
  accepts,
  CARD,
  CENTRE,
  chargeOf,
  checked,
  DAY,
  dayOf,
  ISSUER,
  ISSUERS,
  OPERATOR,
  OPERATORS,
  tapOf,
} from './clearing.fixture.ts'
import { type CheckedTap, type ClearingInput, clearDay } from './clearing.ts'

const verdictsOf = (input: ClearingInput) => clearDay(input).charges.map(({ verdict }) => verdict)
const one = (tap: Tap, changes: Partial<CheckedTap> = {}, asked: Partial<Charge> = {}) =>
  verdictsOf(dayOf([chargeOf([tap], asked)], [checked(tap, changes)]))
const CODE = { medium: 'code', amountFen: 0, balanceFen: 0, serial: 0, counter: AT / 1000 } as const

describe('one bus ride of 2.00 yuan', () => {
  const tap = tapOf()
  const cleared = clearDay(dayOf([chargeOf([tap])], [checked(tap)]))

  test('the operator receives A − F + a, the issuer pays A − i, the centre keeps the rest', () => {
    // F = 1.2 fen, a = 0.18, i = 0.6: 198.98 and 199.4 fen, each rounded once.
    expect(cleared.positions).toEqual([
      { id: CENTRE, receivableFen: 0, payableFen: 0, netFen: 0 },
      { id: ISSUER, receivableFen: 0, payableFen: 199, netFen: -199 },
      { id: OPERATOR, receivableFen: 199, payableFen: 0, netFen: 199 },
    ])
    expect(cleared.settledFen).toBe(200)
  })

  test('its line under the root', () => {
    expect(cleared.leaves.map(fromUtf8)).toEqual([
      `{"acquirerMicro":"180000","amountFen":200,"charge":"${OPERATOR}-1","feeMicro":"1200000",` +
        `"issuer":"${ISSUER}","issuerMicro":"600000","operator":"${OPERATOR}","tapDay":"${DAY}",` +
        `"taps":["400000000001-1"],"verdict":"normal"}`,
      `{"position":{"id":"${CENTRE}","netFen":0,"payableFen":0,"receivableFen":0}}`,
      `{"position":{"id":"${ISSUER}","netFen":-199,"payableFen":199,"receivableFen":0}}`,
      `{"position":{"id":"${OPERATOR}","netFen":199,"payableFen":0,"receivableFen":199}}`,
      `{"balanceFen":9800,"card":"${ISSUER}/${CARD}","counter":1}`,
    ])
    expect(cleared.root).toBe('B336617C1ABF8E2591D31C06A14525B5429828A4245CA83FEA0E254C0FE33542')
  })

  test('books: settlement, and the purse money that settled', () => {
    expect(cleared.entries.map(({ kind, postings }) => [kind, postings])).toEqual([
      [
        'settlement',
        [
          { account: `member/${ISSUER}/payable`, amountFen: -199 },
          { account: `member/${OPERATOR}/receivable`, amountFen: 199 },
        ],
      ],
      [
        'purses',
        [
          { account: `purses/${ISSUER}/float`, amountFen: -200 },
          { account: `purses/${ISSUER}/spent`, amountFen: 200 },
        ],
      ],
    ])
  })
})

describe('verdicts', () => {
  test('what the evidence says is what the charge gets', () => {
    for (const code of [
      'card.bad-tac',
      'card.bad-mac2',
      'card.evidence',
      'code.invalid',
    ] as const) {
      expect(one(tapOf(), { evidence: code })).toEqual([code])
    }
  })

  test('a tap that was not delivered', () => {
    expect(verdictsOf(dayOf([chargeOf([tapOf()])], []))).toEqual(['tap.missing'])
  })

  test('a tap that was delivered and cannot be read: it will not come again', () => {
    const unreadable = new Set([deliveryId(tapOf())])
    const input = dayOf([chargeOf([tapOf()])], [], { unreadable })
    expect(verdictsOf(input)).toEqual(['tap.unreadable'])
  })

  test('a tap of another operator, issuer, account, medium or amount is foreign', () => {
    const changes: Partial<Charge>[] = [
      { operator: OPERATORS[1] },
      { issuer: ISSUERS[1] },
      { account: '3120000001000000025' },
      { medium: 'code' },
      { taps: [{ terminal: tapOf().terminal, sequence: 1, amountFen: 201 }] },
    ]
    for (const change of changes) expect(one(tapOf(), {}, change)).toEqual(['tap.foreign'])
  })

  test('a record of what did not happen, or of a load, backs no charge', () => {
    for (const kind of ['refused', 'pending', 'timed-out', 'passed', 'block', 'load'] as const) {
      expect(one(tapOf({ kind }))).toEqual(['tap.foreign'])
    }
    for (const kind of ['entry', 'exit', 'repair', 'rent', 'return'] as const) {
      expect(one(tapOf({ kind }))).toEqual(['normal'])
    }
  })

  test('a code charge above the limit of the code', () => {
    const tap = tapOf(CODE)
    expect(one(tap, { capFen: 500 }, { amountFen: 500 })).toEqual(['normal'])
    expect(one(tap, { capFen: 500 }, { amountFen: 501 })).toEqual(['code.over-cap'])
  })

  test('a medium on the list that the terminal held', () => {
    expect(one(tapOf(), { denied: true })).toEqual(['deny.listed'])
  })

  test('a tap day before the deadline is overdue, the deadline itself is not', () => {
    expect(one(tapOf(), {}, { tapDay: '2026-10-20' })).toEqual(['tap.overdue'])
    const at = Date.UTC(2026, 9, 21)
    expect(one(tapOf({ at }), {}, { tapDay: '2026-10-21' })).toEqual(['normal'])
  })

  test('a stranger as issuer, and a pair without acceptance', () => {
    const tap = tapOf({ issuer: '20000009' })
    expect(one(tap)).toEqual(['issuer.unknown'])
    const input = dayOf([chargeOf([tapOf()])], [checked(tapOf())])
    const verdictUnder = (...rows: AcceptanceRow[]) =>
      verdictsOf({ ...input, acceptance: { rows } })
    expect(verdictUnder()).toEqual(['acceptance.none'])
    expect(verdictUnder(accepts({ medium: 'code' }))).toEqual(['acceptance.none'])
    expect(verdictUnder(accepts({ mode: 'metro' }))).toEqual(['acceptance.none'])
    expect(verdictUnder(accepts({ status: 'converting' }))).toEqual(['acceptance.none'])
  })

  test('an acceptance that ended after the ride still pays it', () => {
    const tap = tapOf()
    const input = dayOf([chargeOf([tap])], [checked(tap)])
    const ended = (from: number) =>
      verdictsOf({
        ...input,
        acceptance: { rows: [accepts({}), accepts({ status: 'ended', from })] },
      })
    expect(ended(tap.at + 1)).toEqual(['normal'])
    expect(ended(tap.at)).toEqual(['acceptance.none'])
  })

  test('without a fee row a charge is rejected, not cleared for nothing', () => {
    const input = dayOf([chargeOf([tapOf()])], [checked(tapOf())])
    const cleared = clearDay({ ...input, fees: [] })
    expect(cleared.charges[0]).toMatchObject({ verdict: 'fee.none', fee: null })
    expect(cleared.settledFen).toBe(0)
  })
})

describe('test traffic is never netted', () => {
  test.each([
    ['said by the charge', tapOf(), { test: true }],
    ['said by the tap alone', tapOf({ flags: FLAGS.test }), {}],
  ])('%s', (_, tap, asked) => {
    const cleared = clearDay(dayOf([chargeOf([tap], asked)], [checked(tap)]))
    expect(cleared.charges[0]?.verdict).toBe('test')
    expect(cleared.settledFen).toBe(0)
    expect(cleared.positions).toEqual([{ id: CENTRE, receivableFen: 0, payableFen: 0, netFen: 0 }])
    expect(cleared.entries).toEqual([])
    expect(cleared.closing.settled.size).toBe(0)
  })
})

describe('one presentation is charged once', () => {
  const tap = tapOf()

  test('two charges for one tap: the first in time, then in number, settles', () => {
    const charges = [chargeOf([tap], { number: 2 }), chargeOf([tap])]
    const { charges: cleared, settledFen } = clearDay(dayOf(charges, [checked(tap)]))
    expect(cleared.map(({ id, verdict }) => [id, verdict])).toEqual([
      [`${OPERATOR}-1`, 'normal'],
      [`${OPERATOR}-2`, 'tap.charged'],
    ])
    expect(settledFen).toBe(200)
  })

  test('one charge that names a tap twice', () => {
    expect(verdictsOf(dayOf([chargeOf([tap, tap])], [checked(tap)]))).toEqual(['tap.charged'])
  })

  test('charged on a day before', () => {
    const was = checked(tap)
    const input = dayOf([chargeOf([tap], { number: 9 })], [was])
    const before = (hash: string) =>
      new Map([[`card-${ISSUER}-${CARD}-1`, { charge: `${OPERATOR}-1`, hash }]])
    expect(verdictsOf({ ...input, settled: before(was.hash) })).toEqual(['tap.charged'])
    expect(verdictsOf({ ...input, settled: before('another') })).toEqual(['tap.conflict'])
  })

  test('a rejected charge does not use its tap up', () => {
    const code = tapOf(CODE)
    const charges = [
      chargeOf([code], { amountFen: 900 }),
      chargeOf([code], { amountFen: 300, number: 2 }),
    ]
    const input = dayOf(charges, [checked(code, { capFen: 500 })])
    expect(verdictsOf(input)).toEqual(['code.over-cap', 'normal'])
  })

  test('one code seen by two terminals: one is charged, the other is a conflict', () => {
    const first = tapOf(CODE)
    const second = tapOf({ ...CODE, terminal: '400000000002' })
    const charges = [first, second].map((seen, i) =>
      chargeOf([seen], { amountFen: 300, number: i + 1 }),
    )
    const input = dayOf(charges, [checked(first), checked(second)])
    expect(verdictsOf(input)).toEqual(['normal', 'tap.conflict'])
  })
})

describe('a good TAC under another counter is a conflict', () => {
  const genuine = tapOf()
  const replay = tapOf({ sequence: 2, at: AT, serial: 1, counter: 2 })
  const charges = [chargeOf([genuine]), chargeOf([replay], { number: 2 })]
  const verdicts = (input: ClearingInput) =>
    Object.fromEntries(clearDay(input).charges.map(({ id, verdict }) => [id, verdict]))

  test('the one whose evidence verifies is true, even when it is charged later', () => {
    expect(replay.at).toBeLessThan(genuine.at)
    const taps = [checked(replay, { evidence: 'card.bad-mac2' }), checked(genuine)]
    expect(verdicts(dayOf(charges, taps))).toEqual({
      [`${OPERATOR}-1`]: 'normal',
      [`${OPERATOR}-2`]: 'tap.conflict',
    })
  })

  test('of two that both verify the one delivered first is true', () => {
    expect(verdicts(dayOf(charges, [checked(replay), checked(genuine)]))).toEqual({
      [`${OPERATOR}-1`]: 'normal',
      [`${OPERATOR}-2`]: 'tap.conflict',
    })
  })

  test('the serial stays taken on later days', () => {
    const serials = new Map([[`${ISSUER}/${CARD}/400000000001/1`, `card-${ISSUER}-${CARD}-1`]])
    const [, later = chargeOf([replay])] = charges
    expect(verdicts({ ...dayOf([later], [checked(replay)]), serials })).toEqual({
      [`${OPERATOR}-2`]: 'tap.conflict',
    })
  })
})

test('closing state: what settled, under which serial, and the last state of each card', () => {
  const taps = [
    tapOf({ sequence: 2 }),
    tapOf({ sequence: 1 }),
    tapOf({ sequence: 3, amountFen: 1 }),
  ]
  const { closing } = clearDay(
    dayOf(
      taps.map((tap, i) => chargeOf([tap], { number: i + 1 })),
      taps.map((tap) => checked(tap, tap.sequence === 3 ? { evidence: 'card.bad-tac' } : {})),
    ),
  )
  const identity = (counter: number) => `card-${ISSUER}-${CARD}-${counter}`
  expect([...closing.settled.keys()].sort()).toEqual([identity(1), identity(2)])
  expect(closing.serials.get(`${ISSUER}/${CARD}/400000000001/2`)).toBe(identity(2))
  expect([...closing.cards]).toEqual([[`${ISSUER}/${CARD}`, { counter: 2, balanceFen: 9_600 }]])
})

test('card money that does not settle stands in suspense under its reason', () => {
  const cleared = clearDay(
    dayOf([chargeOf([tapOf()])], [checked(tapOf(), { evidence: 'card.bad-tac' })]),
  )
  expect(cleared.entries.map(({ postings, refs }) => [postings, refs])).toEqual([
    [
      [
        { account: `purses/${ISSUER}/float`, amountFen: -200 },
        { account: `suspense/card.bad-tac/${OPERATOR}`, amountFen: 200 },
      ],
      { charge: `${OPERATOR}-1` },
    ],
  ])
})

describe('the root', () => {
  const input = dayOf([chargeOf([tapOf()])], [checked(tapOf())])

  test('stands on the root before and on the day', () => {
    const roots = [
      input,
      { ...input, previousRoot: 'A'.repeat(64) },
      { ...input, day: '2026-11-21' },
    ].map((changed) => clearDay(changed).root)
    expect(new Set(roots).size).toBe(3)
  })

  test('an empty day has one too', () => {
    const cleared = clearDay(dayOf([], []))
    expect(cleared.leaves).toHaveLength(1)
    expect(cleared.settledFen).toBe(0)
  })
})

import { fromUtf8 } from '@unifare/core'
import { type Charge, chargeId, FLAGS, type Tap } from '@unifare/tap'
import { describe, expect, test } from 'vitest'
import {
  CENTRE,
  chargeOf,
  checked,
  DAY,
  ISSUER,
  ISSUERS,
  OPERATOR,
  OPERATORS,
  tapOf,
} from './clearing.fixture.ts'
import { type CheckedTap, type Cleared, type ClearingInput, clearDay } from './clearing.ts'
import { CODE, days, NEXT } from './corrected-days.fixture.ts'
import { DEMONSTRATION_FEES } from './fees.ts'
import { pagesOf, statementCsv, statementsOf } from './statement.ts'

const entry = tapOf({ ...CODE, kind: 'entry', sequence: 1, counter: 1, mode: 'metro' })
const exit = tapOf({ ...CODE, kind: 'exit', sequence: 2, counter: 2, mode: 'metro' })
const both = [checked(entry), checked(exit)]
/** The highest fare for the entry alone, and the ride's own once its exit came. */
const lone = chargeOf([entry], { amountFen: 600 })
const whole = chargeOf([entry, exit], { amountFen: 400, number: 2, corrects: 1 })

const verdictsOf = ({ charges }: Cleared) => charges.map(({ verdict }) => verdict)
const positionOf = (cleared: Cleared, member: string) =>
  cleared.positions.find(({ id }) => id === member)

describe('a correction on a later day', () => {
  const scheme = days()
  const first = scheme.clear([lone], both)
  const second = scheme.clear([whole], both, NEXT)

  test('takes back what stood and asks anew: only the difference moves', () => {
    expect(verdictsOf(first)).toEqual(['normal'])
    expect(verdictsOf(second)).toEqual(['normal'])
    expect([first.settledFen, second.settledFen]).toEqual([600, -200])
    // 6.00 less fees, then 4.00 less fees in its place: F = 3.6 and 2.4 fen.
    expect(positionOf(first, OPERATOR)).toMatchObject({ receivableFen: 597, payableFen: 0 })
    expect(positionOf(second, OPERATOR)).toMatchObject({ receivableFen: -199, netFen: -199 })
    expect(positionOf(second, ISSUER)).toMatchObject({ payableFen: -199, netFen: 199 })
  })

  test('stands on statements as two lines, the reversal and the new entry', () => {
    const [line, ...more] = statementsOf(second, CENTRE)
      .filter(({ member }) => member === ISSUER)
      .map(({ lines }) => lines)
    expect(more).toEqual([])
    const common = { charge: `${OPERATOR}-2`, corrects: `${OPERATOR}-1`, side: 'pay' }
    expect(line).toMatchObject([
      {
        ...common,
        entry: 'reversal',
        amountFen: -600,
        feeMicro: '-3600000',
        shareMicro: '-598200000',
      },
      {
        ...common,
        entry: 'correction',
        amountFen: 400,
        feeMicro: '2400000',
        shareMicro: '398800000',
      },
    ])
    const [statement] = statementsOf(second, CENTRE).filter(({ member }) => member === OPERATOR)
    const csv = statement === undefined ? '' : statementCsv(statement)
    expect(csv).toMatch(/,-600,.*,30000001-1,reversal\r\n.*,400,.*,30000001-1,correction\r\n/)
    expect(csv).toMatch(/total,,,receive,.*,-199,/)
  })

  test('books: the entry has the difference with its sign, and sums to zero', () => {
    const [settlement, ...others] = second.entries
    expect(others).toEqual([])
    expect(settlement?.postings).toEqual([
      { account: `member/${ISSUER}/payable`, amountFen: 199 },
      { account: `member/${OPERATOR}/receivable`, amountFen: -199 },
    ])
  })

  test('stands under the root with what it takes back', () => {
    expect(second.leaves.map(fromUtf8)[0]).toContain(
      `"corrects":"${OPERATOR}-1","feeMicro":"2400000"`,
    )
    expect(second.leaves.map(fromUtf8)[0]).toContain(
      `"reverses":{"acquirerMicro":"540000","amountFen":600,"charge":"${OPERATOR}-1"`,
    )
  })

  test('settles its new tap under the name of the first charge', () => {
    expect([...second.closing.settled.values()]).toMatchObject([{ charge: `${OPERATOR}-1` }])
    expect([...second.closing.corrections]).toEqual([
      [`${OPERATOR}-2`, { corrects: `${OPERATOR}-1`, first: `${OPERATOR}-1` }],
    ])
  })

  test('run again on the same input: the same root', () => {
    for (const [index, input] of scheme.inputs.entries()) {
      expect(clearDay(input).root).toBe([first, second][index]?.root)
    }
  })
})

describe('the money of a correction', () => {
  test('to nothing takes all back', () => {
    const cleared = days()
    cleared.clear([lone], both)
    const { settledFen, positions } = cleared.clear(
      [{ ...whole, amountFen: 0, parts: [] }],
      both,
      NEXT,
    )
    expect(settledFen).toBe(-600)
    expect(positions.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0)
  })

  test('takes the fees back that the original was settled under, whatever holds now', () => {
    const state = days()
    state.clear([lone], both)
    state.clear([whole], both, NEXT)
    const doubled = DEMONSTRATION_FEES.map((row) => ({ ...row, ratePpm: row.ratePpm * 2 }))
    const cleared = clearDay({ ...(state.inputs[1] as ClearingInput), fees: doubled })
    expect(cleared.charges[0]?.reverses?.fee.feeMicro).toBe(3_600_000n)
    expect(cleared.charges[0]?.fee?.feeMicro).toBe(4_800_000n)
  })

  test('of test traffic never moves', () => {
    const tap = tapOf({ ...CODE, flags: FLAGS.test })
    const scheme = days()
    scheme.clear([chargeOf([tap], { amountFen: 600, test: true })], [checked(tap)])
    for (const isTest of [true, false]) {
      const next = chargeOf([tap], { amountFen: 400, number: 2, corrects: 1, test: isTest })
      const cleared = days().clear([next], [checked(tap)])
      expect(cleared.settledFen).toBe(0)
      expect(verdictsOf(scheme.clear([next], [checked(tap)], NEXT))).toEqual(['test'])
    }
  })
})

describe('original and corrections in one close', () => {
  const again = chargeOf([entry, exit], { amountFen: 320, number: 3, corrects: 2 })

  test('settle one behind the other, in whatever order they came', () => {
    for (const order of [
      [lone, whole, again],
      [again, lone, whole],
      [whole, again, lone],
    ]) {
      const cleared = days().clear(order, both)
      expect(cleared.charges.map(({ id }) => id)).toEqual([lone, whole, again].map(chargeId))
      expect(verdictsOf(cleared)).toEqual(['normal', 'normal', 'normal'])
      expect(cleared.settledFen).toBe(320)
      expect(cleared.root).toBe(days().clear([lone, whole, again], both).root)
    }
  })

  test('have the identities that follow as in closes of their own', () => {
    const apart = days()
    apart.clear([lone], both)
    apart.clear([whole], both, NEXT)
    apart.clear([again], both, '2026-11-22')
    const { closing } = days().clear([lone, whole, again], both)
    expect([...closing.settled.values()].map(({ charge }) => charge)).toEqual([
      `${OPERATOR}-1`,
      `${OPERATOR}-1`,
    ])
    expect(apart.inputs.at(-1)?.settled).toEqual(new Map(closing.settled))
  })
})

describe('verdicts on corrections', () => {
  const next = (change: Partial<Charge>, taps: readonly Tap[] = [entry, exit]) =>
    chargeOf(taps, { amountFen: 400, number: 2, corrects: 1, ...change })
  const second = (charge: Charge, seen: readonly CheckedTap[] = both) => {
    const scheme = days()
    scheme.clear([lone], both)
    const cleared = scheme.clear([charge], seen, NEXT)
    // A refused correction moves nothing, and what stood stands.
    if (cleared.charges[0]?.verdict !== 'normal') expect(cleared.settledFen).toBe(0)
    return verdictsOf(cleared)[0]
  }

  test('of a charge that nobody knows, of itself, or of a later one', () => {
    expect(second(next({ number: 9, corrects: 7 }))).toBe('charge.unknown')
    expect(second(next({ number: 2, corrects: 2 }))).toBe('charge.unknown')
    expect(second(next({ number: 2, corrects: 5 }))).toBe('charge.unknown')
    expect(second(next({ operator: OPERATORS[1] }))).toBe('charge.unknown')
  })

  test('of a charge of another rider, issuer or mode: this rider has no such charge', () => {
    expect(second(next({ account: '3120000001000000025' }))).toBe('charge.unknown')
    expect(second(next({ issuer: ISSUERS[1] }))).toBe('charge.unknown')
    expect(second(next({ mode: 'bus' }))).toBe('charge.unknown')
  })

  test('of a card: what was debited is not corrected, and nothing goes to suspense twice', () => {
    const tap = tapOf()
    const scheme = days()
    scheme.clear([chargeOf([tap])], [checked(tap)])
    const cleared = scheme.clear(
      [chargeOf([tap], { number: 2, corrects: 1 })],
      [checked(tap)],
      NEXT,
    )
    expect(verdictsOf(cleared)).toEqual(['charge.unknown'])
    expect(cleared.entries).toEqual([])
  })

  test('a charge is corrected once; the next correction names the newest', () => {
    const scheme = days()
    scheme.clear([lone], both)
    scheme.clear([whole], both, NEXT)
    const third = next({ number: 3, corrects: 1, amountFen: 100 })
    expect(verdictsOf(scheme.clear([third], both, '2026-11-22'))).toEqual(['charge.corrected'])
    const fourth = next({ number: 4, corrects: 2, amountFen: 300 })
    const cleared = scheme.clear([fourth], both, '2026-11-23')
    expect(verdictsOf(cleared)).toEqual(['normal'])
    expect(cleared.settledFen).toBe(-100)
  })

  test('of a charge that was refused: judged as a first one', () => {
    const scheme = days()
    expect(verdictsOf(scheme.clear([lone], []))).toEqual(['tap.missing'])
    const cleared = scheme.clear([whole], both, NEXT)
    expect(cleared.settledFen).toBe(400)
    expect([...cleared.closing.settled.values()].map(({ charge }) => charge)).toEqual([
      `${OPERATOR}-2`,
      `${OPERATOR}-2`,
    ])
    expect(cleared.closing.corrections.size).toBe(0)
  })

  test('of a correction that was refused: what it named stands, and is corrected', () => {
    const scheme = days()
    scheme.clear([lone], both)
    expect(verdictsOf(scheme.clear([whole], [checked(entry)], NEXT))).toEqual(['tap.missing'])
    const third = next({ number: 3, corrects: 2, amountFen: 400 })
    const cleared = scheme.clear([third], both, '2026-11-22')
    expect(cleared.settledFen).toBe(-200)
    expect(cleared.charges[0]?.reverses?.charge).toBe(`${OPERATOR}-1`)
  })

  test('with a new tap that is not good, or is charged elsewhere', () => {
    const bad = [checked(entry), checked(exit, { evidence: 'code.invalid' })]
    expect(second(next({}), bad)).toBe('code.invalid')
    const scheme = days()
    const other = chargeOf([exit], { amountFen: 500, number: 2 })
    scheme.clear([lone, other], both)
    const merged = next({ number: 3, corrects: 1 })
    expect(verdictsOf(scheme.clear([merged], both, NEXT))).toEqual(['tap.charged'])
  })

  test('a tap of the journey was proved when it settled; the limit holds for the new amount', () => {
    const gone = [checked(entry, { evidence: 'code.invalid', denied: true }), checked(exit)]
    expect(second(next({}), gone)).toBe('normal')
    expect(
      second(
        next({ amountFen: 700 }),
        both.map((one) => ({ ...one, capFen: 650 })),
      ),
    ).toBe('code.over-cap')
  })

  test('nobody else can charge a tap of the journey afterwards', () => {
    const scheme = days()
    scheme.clear([lone], both)
    scheme.clear([whole], both, NEXT)
    const stranger = chargeOf([exit], { amountFen: 100, number: 3 })
    expect(verdictsOf(scheme.clear([stranger], both, '2026-11-22'))).toEqual(['tap.charged'])
  })

  test('overdue by the day on which its own journey ended', () => {
    const scheme = days()
    scheme.clear([lone], both)
    scheme.clear([whole], both, NEXT)
    const late = { ...(scheme.inputs[1] as ClearingInput), oldestDay: NEXT }
    expect(verdictsOf(clearDay(late))).toEqual(['tap.overdue'])
    expect(verdictsOf(clearDay({ ...late, oldestDay: DAY }))).toEqual(['normal'])
  })
})

describe('pages of a statement', () => {
  test('keep what is taken back and what is asked together, whatever the size', () => {
    const scheme = days()
    scheme.clear([lone], both)
    const other = tapOf({ sequence: 5 })
    const { lines = [] } =
      statementsOf(
        scheme.clear([whole, chargeOf([other], { number: 9 })], [...both, checked(other)], NEXT),
        CENTRE,
      ).find(({ member }) => member === OPERATOR) ?? {}
    expect(lines).toHaveLength(3)
    for (const most of [2, 3, 4]) {
      const pages = pagesOf(lines, most)
      expect(pages.flat()).toEqual(lines)
      for (const page of pages) {
        expect(page[0]?.entry).not.toBe('correction')
        expect(page.at(-1)?.entry).not.toBe('reversal')
      }
    }
    expect(pagesOf([], 2)).toEqual([[]])
  })
})

import type { Instant } from '@unifare/core'
import { deliveryId, type Tap } from '@unifare/tap'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LoneEnd, type Paired, pairTaps, type SeenTap } from './index.ts'
import { AT, cardExit, codeTap, GATE, MINUTE, OTHER_GATE, tapOf } from './operator.fixture.ts'
import { tapsOf } from './pairing.ts'

const LATER = AT + 600 * MINUTE
const seen = (tap: Tap, passed = false): SeenTap => ({ tap, passed })
const entry = (minute: number, change: Partial<Tap> = {}) =>
  codeTap({ at: AT + minute * MINUTE, sequence: minute + 1, ...change })
const exit = (minute: number, change: Partial<Tap> = {}) =>
  entry(minute, { kind: 'exit', station: 3, terminal: OTHER_GATE, ...change })
const lone = (minute: number, missing: LoneEnd['missing']): LoneEnd => ({
  terminal: GATE,
  sequence: minute + 1,
  at: AT + minute * MINUTE,
  mode: 'metro',
  missing,
})
const pair = (
  taps: readonly SeenTap[],
  options: {
    giveUpBefore?: Instant
    openings?: readonly number[]
    loneEnds?: readonly LoneEnd[]
    stated?: readonly Tap[]
  } = {},
) =>
  pairTaps(taps, {
    giveUpBefore: options.giveUpBefore ?? 0,
    chargedOpenings: new Set(options.openings),
    ...(options.loneEnds ? { loneEnds: options.loneEnds } : {}),
    ...(options.stated ? { stated: new Set(options.stated.map(deliveryId)) } : {}),
  })
const kinds = (paired: readonly Paired[]) => paired.map(({ kind }) => kind)

describe('a journey by code', () => {
  test('is an entry and the next exit of the same mode', () => {
    const [a, b] = [entry(0), exit(30)]
    expect(pair([seen(a), seen(b)])).toEqual([{ kind: 'journey', entry: a, exit: b }])
  })

  test('one presentation on a bus is the whole ride, also between entry and exit', () => {
    const bus = entry(10, { kind: 'purchase', mode: 'bus' })
    expect(kinds(pair([seen(entry(0)), seen(bus), seen(exit(30))]))).toEqual(['single', 'journey'])
  })

  test('waits for its other end until it is given up', () => {
    expect(pair([seen(entry(0), true)])).toEqual([])
    expect(pair([seen(exit(0))])).toEqual([])
    const giveUpBefore = AT + MINUTE
    expect(kinds(pair([seen(entry(0), true)], { giveUpBefore }))).toEqual(['missing-exit'])
    expect(kinds(pair([seen(exit(0))], { giveUpBefore }))).toEqual(['missing-entry'])
    expect(
      pair([seen(entry(1), true), seen(exit(1, { mode: 'bicycle' }))], { giveUpBefore }),
    ).toEqual([])
  })

  test('an entry that nobody confirmed is void and never bills; a rented bicycle is confirmed', () => {
    expect(kinds(pair([seen(entry(0))], { giveUpBefore: LATER }))).toEqual(['void'])
    const rent = entry(0, { kind: 'rent', mode: 'bicycle' })
    expect(kinds(pair([seen(rent)], { giveUpBefore: LATER }))).toEqual(['missing-exit'])
  })

  test('a second entry does not end the wait for the exit of the first, which may be late', () => {
    const [a, b, x] = [entry(0), entry(60), exit(30)]
    expect(pair([seen(a, true), seen(b, true)])).toEqual([])
    expect(pair([seen(a, true), seen(b, true), seen(x)])).toEqual([
      { kind: 'journey', entry: a, exit: x },
    ])
    const all = pair([seen(a, true), seen(b, true)], { giveUpBefore: LATER })
    expect(kinds(all)).toEqual(['missing-exit', 'missing-exit'])
  })

  test('longer than any ride waits: out in the morning and in again may still be uploaded', () => {
    const [a, b, c, d] = [entry(0), exit(30), entry(540), exit(570)]
    expect(kinds(pair([seen(a, true), seen(exit(240))]))).toEqual(['journey'])
    expect(pair([seen(a, true), seen(exit(240, { at: AT + 240 * MINUTE + 1 }))])).toEqual([])
    expect(pair([seen(a, true), seen(d)])).toEqual([])
    expect(pair([seen(a, true), seen(d), seen(b), seen(c, true)])).toEqual([
      { kind: 'journey', entry: a, exit: b },
      { kind: 'journey', entry: c, exit: d },
    ])
    const lost = pair([seen(a, true), seen(d)], { giveUpBefore: LATER })
    expect(lost).toEqual([{ kind: 'journey', entry: a, exit: d }])
  })

  test('whose rider stated the other end waits no longer, but a record of it is worth more', () => {
    const [a, x] = [entry(0), exit(30)]
    expect(kinds(pair([seen(a, true)], { stated: [a] }))).toEqual(['missing-exit'])
    expect(kinds(pair([seen(x)], { stated: [x] }))).toEqual(['missing-entry'])
    expect(kinds(pair([seen(a, true), seen(entry(60), true)], { stated: [a] }))).toEqual([
      'missing-exit',
    ])
    expect(kinds(pair([seen(a, true), seen(x)], { stated: [a] }))).toEqual(['journey'])
  })

  test('whose rider stated the other end has none that is hours away', () => {
    const [a, x] = [entry(0), exit(241)]
    const options = { stated: [a], giveUpBefore: LATER }
    expect(kinds(pair([seen(a, true), seen(x)], options))).toEqual([
      'missing-entry',
      'missing-exit',
    ])
    const loneEnds = [lone(0, 'exit')]
    expect(kinds(pair([seen(x)], { ...options, loneEnds }))).toEqual(['missing-entry'])
    expect(kinds(pair([seen(x)], { giveUpBefore: LATER, loneEnds }))).toEqual(['late-exit'])
    expect(kinds(pair([seen(exit(240))], { ...options, loneEnds }))).toEqual(['late-exit'])
  })

  test('ends within a day of its entry; a rented bicycle may come back later', () => {
    const day = 24 * 60
    const giveUpBefore = LATER + day * MINUTE
    const whole = pair([seen(entry(0), true), seen(exit(day))], { giveUpBefore })
    expect(kinds(whole)).toEqual(['journey'])
    const all = pair([seen(entry(0), true), seen(exit(day + 1))], { giveUpBefore })
    expect(kinds(all)).toEqual(['missing-entry', 'missing-exit'])
    const rent = entry(0, { kind: 'rent', mode: 'bicycle' })
    const back = exit(day + 1, { kind: 'return', mode: 'bicycle' })
    expect(kinds(pair([seen(rent), seen(back)]))).toEqual(['journey'])
  })

  test('ends in a mode that it began in', () => {
    const back = exit(30, { kind: 'return', mode: 'bicycle' })
    expect(kinds(pair([seen(entry(0), true), seen(back)], { giveUpBefore: LATER }))).toEqual([
      'missing-entry',
      'missing-exit',
    ])
  })
})

describe('an end that comes after its journey was charged as incomplete', () => {
  test('completes that journey, it is not charged as a second one', () => {
    expect(pair([seen(exit(30))], { loneEnds: [lone(0, 'exit')] })).toEqual([
      { kind: 'late-exit', exit: exit(30), completes: lone(0, 'exit') },
    ])
    expect(pair([seen(entry(0))], { loneEnds: [lone(30, 'entry')] })).toEqual([
      { kind: 'late-entry', entry: entry(0), completes: lone(30, 'entry') },
    ])
  })

  test('belongs to the journey around it and to no other', () => {
    const loneEnds = [lone(0, 'exit')]
    expect(kinds(pair([seen(entry(10)), seen(exit(30))], { loneEnds }))).toEqual(['journey'])
    const early = pair([seen(exit(0, { at: AT - MINUTE }))], { loneEnds, giveUpBefore: LATER })
    expect(kinds(early)).toEqual(['missing-entry'])
    const twice = pair([seen(exit(30)), seen(exit(40))], { loneEnds, giveUpBefore: LATER })
    expect(kinds(twice)).toEqual(['late-exit', 'missing-entry'])
  })
})

describe('a journey by card', () => {
  const enteredAt = AT + 400
  const cardEntry = tapOf({ kind: 'entry', mode: 'metro', at: enteredAt, amountFen: 0, station: 1 })
  const out = cardExit({ from: 1, enteredAt, at: AT + 30 * MINUTE, sequence: 2, amountFen: 400 })

  test('is known from the exit alone, since the card names its entry', () => {
    expect(pair([seen(out)])).toEqual([{ kind: 'journey', entry: null, exit: out }])
  })

  test('takes the entry that the card names, to the second, and no other', () => {
    expect(pair([seen(cardEntry), seen(out)])).toEqual([
      { kind: 'journey', entry: cardEntry, exit: out },
    ])
    const other = { ...cardEntry, at: enteredAt + 1000 }
    expect(pair([seen(other), seen(out)])).toEqual([{ kind: 'journey', entry: null, exit: out }])
  })

  test('that was charged before its entry arrived leaves the entry without a charge', () => {
    const openings = [Math.floor(enteredAt / 1000)]
    expect(pair([seen(cardEntry)], { openings, giveUpBefore: LATER })).toEqual([
      { kind: 'late-entry', entry: cardEntry, completes: null },
    ])
    expect(kinds(pair([seen(cardEntry, true)], { giveUpBefore: LATER }))).toEqual(['missing-exit'])
  })
})

describe('a repair', () => {
  const boarding = tapOf({ kind: 'entry', mode: 'bus', amountFen: 0, station: 2 })
  const place = { city: '7910', line: 1, station: 2, at: AT }
  const taken = tapOf({ kind: 'repair', at: AT + 90 * MINUTE, entry: place, amountFen: 600 })

  test('that names an entry ends the ride, whoever delivered its beginning', () => {
    expect(pair([seen(boarding), seen(taken)])).toEqual([
      { kind: 'repaired', entry: boarding, exit: taken },
    ])
    expect(pair([seen(taken)])).toEqual([{ kind: 'repaired', entry: null, exit: taken }])
  })

  test('of a marked amount stands beside the boarding that follows it', () => {
    const next = { ...boarding, at: taken.at, sequence: 9 }
    const off = { ...taken, kind: 'exit', at: taken.at + MINUTE, amountFen: 200 } as const
    const out = { ...off, entry: { ...place, at: next.at } }
    expect(pair([seen(boarding), seen(taken), seen(next), seen(out)])).toEqual([
      { kind: 'repaired', entry: boarding, exit: taken },
      { kind: 'journey', entry: next, exit: out },
    ])
  })

  test('that names none is an entry: the exit behind it ends the journey', () => {
    const mended = tapOf({ kind: 'repair', mode: 'metro', station: 1, amountFen: 0 })
    const out = cardExit({ from: 1, enteredAt: AT, at: AT + 30 * MINUTE, amountFen: 400 })
    expect(pair([seen(mended), seen(out)])).toEqual([{ kind: 'journey', entry: mended, exit: out }])
    expect(kinds(pair([seen(mended)], { giveUpBefore: LATER }))).toEqual(['missing-exit'])
  })

  test('a bus has no gate: who boarded with a code and never left is charged', () => {
    const code = codeTap({ mode: 'bus' })
    expect(kinds(pair([seen(code)], { giveUpBefore: LATER }))).toEqual(['missing-exit'])
  })
})

describe('properties', () => {
  /** Close together, or further apart than any ride lasts. */
  const minute = fc.oneof(fc.nat(40), fc.integer({ min: 200, max: 500 }))
  const happening = fc.record({
    minute,
    kind: fc.constantFrom('entry', 'exit', 'rent', 'return', 'purchase'),
    medium: fc.constantFrom('card', 'code'),
    gate: fc.constantFrom(GATE, OTHER_GATE),
    passed: fc.boolean(),
    enteredMinute: fc.option(fc.nat(40), { nil: undefined }),
  })
  const rider = fc
    .record({
      medium: fc.constantFrom('card' as const, 'code' as const),
      list: fc.array(happening, { maxLength: 12 }),
    })
    .map(({ medium, list }) =>
      list.map(({ minute, kind, gate, passed, enteredMinute }, index): SeenTap => {
        const mode =
          kind === 'rent' || kind === 'return' ? 'bicycle' : kind === 'purchase' ? 'bus' : 'metro'
        const named = medium === 'card' && kind === 'exit' && enteredMinute !== undefined
        const at = AT + minute * MINUTE
        const entryReference = {
          city: '7910',
          line: 1,
          station: 1,
          at: AT + (enteredMinute ?? 0) * MINUTE,
        }
        const tap = codeTap({ kind, medium, mode, at, terminal: gate, sequence: index + 1 })
        return seen(named ? { ...tap, entry: entryReference } : tap, passed)
      }),
    )
  /** Every third end's rider stated the other one. */
  const statedOf = (taps: readonly SeenTap[]) =>
    taps.map(({ tap }) => tap).filter(({ sequence }) => sequence % 3 === 0)
  const shuffled = <T>(list: readonly T[], ranks: readonly number[]) =>
    list
      .map((item, index) => ({ item, rank: ranks[index] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item)

  test('any order of arrival gives the same pairs', () => {
    fc.assert(
      fc.property(rider, fc.array(fc.nat(99)), minute, (taps, ranks, minute) => {
        const options = { giveUpBefore: AT + minute * MINUTE, openings: [AT / 1000] }
        const stated = statedOf(taps)
        expect(pair(shuffled(taps, ranks), { ...options, stated })).toEqual(
          pair(taps, { ...options, stated }),
        )
        expect(pair(shuffled(taps, ranks), options)).toEqual(pair(taps, options))
      }),
    )
  })

  test('no tap stands in two pairs, and none is left when everything is given up', () => {
    fc.assert(
      fc.property(rider, (taps) => {
        const stated = statedOf(taps)
        const paired = pair(taps, { giveUpBefore: LATER, stated }).flatMap(tapsOf)
        expect(new Set(paired).size).toBe(paired.length)
        expect(paired).toHaveLength(taps.length)
      }),
    )
  })

  test('what waits can be paired later: giving up earlier only leaves taps out', () => {
    fc.assert(
      fc.property(rider, minute, (taps, minute) => {
        const stated = statedOf(taps)
        const early = pair(taps, { giveUpBefore: AT + minute * MINUTE, stated })
        const late = pair(taps, { giveUpBefore: LATER, stated })
        for (const item of early) expect(late).toContainEqual(item)
      }),
    )
  })
})

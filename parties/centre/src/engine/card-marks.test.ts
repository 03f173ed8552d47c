import { bcd, concat, view } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  COUNTER_BELOW,
  COUNTER_NEW,
  COUNTER_SEEN,
  checkCounter,
  lastDay,
  lostCounters,
  markCounter,
  markRide,
  missingCounters,
} from './card-counters.ts'
import { cardKeyHash, cardKeyOf, cardOfKey, readCardKey } from './card-key.ts'
import { type CardMarks, createCardMarks, MARK, MARK_WORDS } from './card-marks.ts'
import { decodeCardMarks, encodeCardMarks, mergeCardMarks } from './card-snapshot.ts'

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
const bytesOf = (issuer: string, account: string) => concat(bcd(issuer, 4), bcd(account, 10))

function rowOf(marks: CardMarks, card: number): number {
  const [high, middle, low] = cardKeyOf('01234567', String(card).padStart(19, '0'))
  return marks.add(high!, middle!, low!)
}

describe('the key of a card', () => {
  it('keeps all 27 digits', () => {
    fc.assert(
      fc.property(digits(8), digits(19), (issuer, account) => {
        const key = new Uint32Array(3)
        expect(readCardKey(view(bytesOf(issuer, account)), 0, key)).toBe(true)
        expect(key).toEqual(cardKeyOf(issuer, account))
        expect(cardOfKey(key[0]!, key[1]!, key[2]!)).toEqual({ issuer, account })
      }),
    )
  })

  it('is not made of anything else', () => {
    const key = new Uint32Array(3)
    const good = bytesOf('01234567', '3104990123456789012')
    for (let nibble = 0; nibble < 28; nibble++) {
      const bytes = good.slice()
      const at = nibble >>> 1
      const bad = nibble === 27 ? 0x3 : 0xa
      bytes[at] = nibble % 2 === 0 ? (bytes[at]! & 0xf) | (bad << 4) : (bytes[at]! & 0xf0) | bad
      expect(readCardKey(view(bytes), 0, key)).toBe(false)
    }
    expect(readCardKey(view(bytesOf('01234567', '310499012345678901')), 0, key)).toBe(false)
    expect(key).toEqual(new Uint32Array(3))
    expect(() => cardKeyOf('1234567', '3104990123456789012')).toThrow('no card')
    expect(() => cardOfKey(0xa, 0, 0)).toThrow('no card')
    expect(() => cardOfKey(0, 0x3fffffff, 0)).toThrow('no card')
  })

  it('has a hash that never changes: snapshots stand in its order', () => {
    const [high, middle, low] = cardKeyOf('01234567', '3104990123456789012')
    expect(cardKeyHash(high!, middle!, low!).toString(16)).toBe('dfa1b741')
  })
})

describe('a store of cards', () => {
  it('finds what a map finds, however it grows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 600 }), (cards) => {
        const marks = createCardMarks()
        const model = new Map<number, number>()
        for (const card of cards) {
          if (!model.has(card)) model.set(card, model.size)
          expect(rowOf(marks, card)).toBe(model.get(card))
        }
        expect(marks.count).toBe(model.size)
        for (let card = 0; card <= 400; card++) {
          const [high, middle, low] = cardKeyOf('01234567', String(card).padStart(19, '0'))
          expect(marks.find(high!, middle!, low!)).toBe(model.get(card) ?? -1)
        }
      }),
    )
  })

  it('tells cards apart that differ in one word only', () => {
    const marks = createCardMarks()
    const keys = [0, 1, 0x80000000].flatMap((a) =>
      [0, 1].flatMap((b) => [0, 1].map((c) => [a, b, c])),
    )
    const rows = keys.map(([a, b, c]) => marks.add(a!, b!, c!))
    expect(new Set(rows).size).toBe(keys.length)
    expect(keys.map(([a, b, c]) => marks.find(a!, b!, c!))).toEqual(rows)
  })

  it('holds a card in less than 48 bytes', () => {
    const marks = createCardMarks()
    for (let card = 0; card < 20_000; card++)
      marks.add(0x01234567, card, Math.imul(card, 7919) >>> 0)
    expect(marks.bytes / marks.count).toBeLessThan(48)
  })
})

/** What is known of one card, in the plainest form. */
function createModel() {
  const seen = new Set<number>()
  const last = () => Math.max(0, ...seen)
  return {
    seen,
    check: (counter: number) =>
      last() > 0 && counter < last() - 64
        ? COUNTER_BELOW
        : seen.has(counter)
          ? COUNTER_SEEN
          : COUNTER_NEW,
    missing: () => {
      const lowest = Math.max(Math.min(...seen), last() - 64)
      const all = Array.from({ length: last() - lowest }, (_, i) => lowest + i)
      return all.filter((counter) => !seen.has(counter))
    },
    lost: () => {
      const lowest = Math.min(...seen)
      const end = Math.max(lowest, last() - 64)
      const known = [...seen].filter((counter) => counter < end).length
      return end - lowest - known
    },
  }
}

const counters = fc.array(
  fc.oneof(
    fc.record({ up: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ up: fc.integer({ min: -70, max: 70 }) }),
    fc.record({ up: fc.integer({ min: -5, max: 140 }) }),
  ),
  { minLength: 1, maxLength: 80 },
)

describe('the counters of a card', () => {
  it('are known as a set of them knows, as far as the window goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), counters, (first, steps) => {
        const marks = createCardMarks()
        const row = rowOf(marks, 1)
        const model = createModel()
        let lost = 0
        for (const { up } of [{ up: 0 }, ...steps]) {
          const counter = Math.max(1, (Math.max(0, ...model.seen) || first) + up)
          const known = model.check(counter)
          expect(checkCounter(marks, row, counter)).toBe(known)
          // What is below the window is the archive's to know; here it is not noted at all.
          if (known === COUNTER_BELOW) continue
          markCounter(marks, row, counter)
          model.seen.add(counter)
          lost = Math.min(255, model.lost())
          expect(missingCounters(marks, row)).toEqual(model.missing())
        }
        if (lost < 255) expect(lostCounters(marks, row)).toBe(lost)
      }),
      { numRuns: 500 },
    )
  })

  it('heal when the late one comes, also from below the window', () => {
    const marks = createCardMarks()
    const row = rowOf(marks, 1)
    for (const counter of [10, 11, 13]) markCounter(marks, row, counter)
    expect(missingCounters(marks, row)).toEqual([12])
    markCounter(marks, row, 12)
    expect(missingCounters(marks, row)).toEqual([])
    markCounter(marks, row, 90)
    expect(lostCounters(marks, row)).toBe(12)
    expect(checkCounter(marks, row, 14)).toBe(COUNTER_BELOW)
    markCounter(marks, row, 14)
    expect(lostCounters(marks, row)).toBe(11)
  })

  it('keep balance and day of the highest, whatever comes late', () => {
    const marks = createCardMarks()
    const row = rowOf(marks, 1)
    markRide(marks, row, 9, 1_200, 20_778)
    markRide(marks, row, 8, 1_500, 20_777)
    expect(marks.words[row * MARK_WORDS + MARK.balanceFen]).toBe(1_200)
    expect(lastDay(marks, row)).toBe(20_778)
    markRide(marks, row, 10, 900, 20_779)
    expect(marks.words[row * MARK_WORDS + MARK.balanceFen]).toBe(900)
    expect(lastDay(marks, row)).toBe(20_779)
    expect(missingCounters(marks, row)).toEqual([])
  })
})

const rides = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 40 })), { maxLength: 200 })

function marksOf(list: readonly (readonly [number, number])[]): CardMarks {
  const marks = createCardMarks()
  for (const [card, counter] of list) {
    markRide(marks, rowOf(marks, card), counter, 1_000 - counter, counter)
  }
  return marks
}

describe('snapshots', () => {
  it('are the same bytes in whatever order the cards came, and read back', () => {
    fc.assert(
      fc.property(rides, (list) => {
        const bytes = encodeCardMarks(marksOf(list))
        expect(encodeCardMarks(marksOf(list.toReversed()))).toEqual(bytes)
        expect(encodeCardMarks(decodeCardMarks(bytes))).toEqual(bytes)
      }),
    )
  })

  it('of two stores merge to that of both', () => {
    fc.assert(
      fc.property(rides, rides, (one, other) => {
        const merged = marksOf(one)
        mergeCardMarks(merged, marksOf(other))
        expect(encodeCardMarks(merged)).toEqual(encodeCardMarks(marksOf([...one, ...other])))
      }),
    )
  })

  it('are refused when they are not what a centre wrote', () => {
    const good = encodeCardMarks(
      marksOf([
        [1, 1],
        [2, 1],
        [3, 1],
      ]),
    )
    const row = (i: number) => good.subarray(8 + i * 32, 40 + i * 32)
    const head = good.subarray(0, 8)
    const foreign = [
      new Uint8Array(0),
      good.subarray(0, good.length - 1),
      concat(Uint8Array.of(0), good.subarray(1)),
      concat(head, row(1), row(0), row(2)),
      concat(head, row(0), row(0), row(2)),
    ]
    for (const bytes of foreign) {
      expect(() => decodeCardMarks(bytes)).toThrow(
        expect.objectContaining({ code: 'marks.malformed' }),
      )
    }
  })
})

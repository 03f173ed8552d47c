import type { RiderTrip } from '@unifare/rider'
import { describe, expect, it } from 'vitest'
import { standing, tripLines } from './trip-list.ts'

const MINUTE = 60_000
const at = Date.UTC(2026, 10, 21, 0)
const end = (minute: number) => ({
  at: at + minute * MINUTE,
  terminal: '413100000001',
  line: 1,
  station: 1,
})
const trip = (change: Partial<RiderTrip>): RiderTrip => ({
  journey: 'a',
  medium: 'code',
  division: '420100',
  operator: '15215211',
  mode: 'metro',
  state: 'inside',
  reason: null,
  startedAt: change.entry?.at ?? at,
  since: at + 60 * MINUTE,
  saidBy: 'operator',
  entry: null,
  exit: null,
  amountFen: null,
  parts: [],
  settlement: null,
  paidFen: 0,
  owedFen: 0,
  gateClaimAt: null,
  missing: null,
  ...change,
})
const showing = (from: number, to: number) => ({
  from: at + from * MINUTE,
  to: at + to * MINUTE,
})
const now = at + 60 * MINUTE

describe('the list of trips', () => {
  it('stands by when trips began, newest first', () => {
    const trips = [
      trip({ journey: 'first', entry: end(0), exit: end(30) }),
      trip({ journey: 'second', entry: end(40) }),
    ]
    const lines = tripLines({ trips, showings: [], now, shownNow: false })
    expect(lines.map((line) => line.kind === 'trip' && line.trip.journey)).toEqual([
      'second',
      'first',
    ])
  })

  it('leaves out showings that entry or exit answered, and tells those that nobody did', () => {
    const options = {
      trips: [trip({ entry: end(0), exit: end(30) })],
      showings: [showing(-1, 0), showing(29, 30), showing(45, 47)],
      now,
    }
    const open = tripLines({ ...options, shownNow: false }).filter(({ kind }) => kind === 'showing')
    expect(open).toEqual([{ kind: 'showing', at: at + 45 * MINUTE, showing: showing(45, 47) }])
    // What is on the screen at this moment waits for nobody yet.
    expect(tripLines({ ...options, shownNow: true })).toHaveLength(1)
  })

  it('a ride known by its statement alone answers by its own time', () => {
    const trips = [trip({ state: 'charged', startedAt: at + 46 * MINUTE })]
    const lines = tripLines({ trips, showings: [showing(45, 47)], now, shownNow: false })
    expect(lines.map(({ kind }) => kind)).toEqual(['trip'])
  })
})

describe('where a trip stands', () => {
  it('is what its operator says, but void when the centre did not settle it', () => {
    expect(standing(trip({ state: 'charged', settlement: 'paid' }))).toBe('charged')
    expect(standing(trip({ state: 'charged', settlement: 'rejected' }))).toBe('void')
    expect(standing(trip({ state: 'at-gate' }))).toBe('at-gate')
  })
})

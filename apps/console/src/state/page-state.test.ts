import { describe, expect, it } from 'vitest'
import { recordedDay } from '../fixture/index.ts'
import type { Overview } from '../model.ts'
import { byCount, countRefused } from './counts.ts'
import {
  featuredTap,
  firstState,
  type PageEvent,
  type PageState,
  reducePage,
} from './page-state.ts'

const riding: Overview = { ...recordedDay, phase: 'riding', settlement: null }
const [first, second] = riding.rides
if (first === undefined || second === undefined)
  throw new TypeError('the recorded day has no rides')

function after(events: readonly PageEvent[], from: PageState = firstState(null)): PageState {
  return events.reduce(reducePage, from)
}

const seen = (overview: Overview): PageEvent => ({ kind: 'overview', overview })

describe('the page', () => {
  it('loads until the network answers', () => {
    expect(firstState(null)).toMatchObject({ link: 'loading', overview: null, tap: null })
    expect(after([seen(riding)])).toMatchObject({ link: 'live', overview: riding })
  })

  it('keeps the last overview while the connection is lost, and comes back', () => {
    const lost = after([seen(riding), { kind: 'lost' }])
    expect(lost).toMatchObject({ link: 'lost', overview: riding })
    expect(after([seen(recordedDay)], lost)).toMatchObject({ link: 'live', overview: recordedDay })
  })

  it('keeps a chosen ride after the list has moved on', () => {
    const chosen = after([seen(riding), { kind: 'choose-tap', tap: first.tap }])
    expect(chosen.ride).toBe(first)
    const later = after([seen({ ...riding, rides: [second] })], chosen)
    expect(later).toMatchObject({ tap: first.tap, ride: first })
  })

  it('takes the newest state of a chosen ride', () => {
    const chosen = after([seen(riding), { kind: 'choose-tap', tap: first.tap }])
    const priced = { ...first, amountFen: 999 }
    expect(after([seen({ ...riding, rides: [priced] })], chosen).ride).toBe(priced)
  })

  it('looks at a tap of its address that no overview shows, without a ride', () => {
    const state = after([seen(recordedDay)], firstState('413100009999-1'))
    expect(state).toMatchObject({ tap: '413100009999-1', ride: null })
  })

  it('shows a priced ride unasked only when the day is settled', () => {
    expect(after([seen(riding)]).tap).toBeNull()
    expect(after([seen(recordedDay)]).tap).toBe(featuredTap(recordedDay.rides))
  })

  it('forgets the choice when another network answers', () => {
    const chosen = after([seen(riding), { kind: 'choose-tap', tap: first.tap }])
    const other = { ...riding, seed: 'another', rides: [] }
    expect(after([seen(other)], chosen)).toMatchObject({ tap: null, ride: null })
  })

  it('lists one city, and all again when it is chosen twice', () => {
    const one = after([seen(riding), { kind: 'choose-city', city: '110000' }])
    expect(one.city).toBe('110000')
    expect(after([{ kind: 'choose-city', city: '110000' }], one).city).toBeNull()
    expect(after([{ kind: 'choose-city', city: null }], one).city).toBeNull()
  })
})

describe('counts', () => {
  it('features the newest ride whose price took most steps', () => {
    const tap = featuredTap(recordedDay.rides)
    const most = Math.max(...recordedDay.rides.map(({ charge }) => charge?.parts.length ?? 0))
    expect(most).toBeGreaterThan(1)
    expect(recordedDay.rides.find(({ charge }) => charge?.parts.length === most)?.tap).toBe(tap)
    expect(featuredTap([])).toBeNull()
  })

  it('sums refusals over reasons and orders them', () => {
    const overview = { ...riding, refused: { b: 2, a: 2, c: 5 } }
    expect(countRefused(overview)).toBe(9)
    expect(byCount(overview.refused)).toEqual([
      ['c', 5],
      ['a', 2],
      ['b', 2],
    ])
  })
})

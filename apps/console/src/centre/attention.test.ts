import { describe, expect, it } from 'vitest'
import { recordedBoard } from '../fixture/index.ts'
import { attentionOf, byUrgency, isDue, useOfCap } from './attention.ts'

const [pending] = recordedBoard.windows.filter(({ state }) => state === 'PENDING')
const [account] = recordedBoard.reserves
if (pending === undefined || account === undefined)
  throw new TypeError('the recorded board is poor')

describe('what waits at a centre', () => {
  it('is told by kind, the gravest first, each once', () => {
    expect(attentionOf(recordedBoard)).toEqual([
      { kind: 'dueWindows', section: 'windows', count: 1 },
      { kind: 'alarmedReserves', section: 'reserves', count: 2 },
      { kind: 'overdueItems', section: 'items', count: 1 },
      { kind: 'openItems', section: 'items', count: 1 },
      { kind: 'heldCharges', section: 'held', count: 2 },
    ])
    const [first, ...windows] = recordedBoard.windows
    const broken = { ...recordedBoard, windows: [{ ...first!, eventsHold: false }, ...windows] }
    expect(attentionOf(broken)[0]).toEqual({ kind: 'brokenWindows', section: 'windows', count: 1 })
  })

  it('is nothing where all is in order', () => {
    const windows = recordedBoard.windows.filter(({ state }) => state === 'SETTLED')
    const reserves = recordedBoard.reserves.filter(({ alarms }) => alarms.length === 0)
    const good = { ...recordedBoard, windows, reserves, held: [], items: [] }
    expect(windows.length * reserves.length).toBeGreaterThan(0)
    expect(attentionOf(good)).toEqual([])
  })

  it('is a window after its value date, not on it', () => {
    expect(isDue(pending, pending.valueDate)).toBe(false)
    expect(isDue(pending, '2099-01-01')).toBe(true)
    expect(isDue({ ...pending, state: 'SETTLED' }, '2099-01-01')).toBe(false)
  })
})

describe('reserve accounts', () => {
  it('stand with alarms first, then suspended members, then by use of their cap', () => {
    const plain = { ...account, alarms: [], suspended: false, capFen: 100 }
    const sorted = byUrgency([
      { ...plain, member: 'a', exposureFen: 10 },
      { ...plain, member: 'b', exposureFen: 90 },
      { ...plain, member: 'c', exposureFen: 0, suspended: true },
      { ...account, member: 'd', alarms: [{ alarm: 'x', text: { zh: '', en: '' } }] },
    ])
    expect(sorted.map(({ member }) => member)).toEqual(['d', 'c', 'b', 'a'])
  })

  it('use their cap wholly when there is none', () => {
    expect(useOfCap({ ...account, capFen: 0, exposureFen: 0 })).toBe(0)
    expect(useOfCap({ ...account, capFen: 0, exposureFen: 1 })).toBe(1)
    expect(useOfCap({ ...account, capFen: 200, exposureFen: 300 })).toBe(1.5)
  })
})

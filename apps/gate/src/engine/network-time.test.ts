import { expect, it } from 'vitest'
import { createNetworkTime } from './network-time.ts'

const AT = 1_790_000_000_000

function bench(aheadMs = 0) {
  const device = { wall: AT, monotonicMs: 0 }
  const time = createNetworkTime({
    aheadMs,
    wall: () => device.wall,
    monotonicMs: () => device.monotonicMs,
  })
  const pass = (ms: number) => {
    device.wall += ms
    device.monotonicMs += ms
  }
  return { device, time, pass }
}

it('carries the last known difference on, and says that it runs free', () => {
  const { time } = bench(5_000)
  expect([time.aheadMs(), time.quality()]).toEqual([5_000, 'free-running'])
})

it('takes the middle of the round trip, and is good for an hour', () => {
  const { time, pass } = bench()
  pass(200)
  time.hear(AT + 60_000, 0)
  expect([time.aheadMs(), time.quality()]).toEqual([60_000 - 100, 'synced-2s'])
  pass(3_600_000)
  expect(time.quality()).toBe('synced-2s')
  pass(1)
  expect(time.quality()).toBe('free-running')
})

it('believes no answer that took long', () => {
  const { time, pass } = bench(7)
  pass(2_001)
  time.hear(AT, 0)
  expect([time.aheadMs(), time.quality()]).toEqual([7, 'free-running'])
})

it.each([-2_001, 2_001])('notices that the device was set by %i ms', (ms) => {
  const { time, device } = bench()
  time.hear(AT, 0)
  device.wall += ms
  expect(time.quality()).toBe('free-running')
})

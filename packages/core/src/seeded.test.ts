import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from './bytes.ts'
import { crc32 } from './crc32.ts'
import { createEventQueue } from './event-queue.ts'
import { createManualClock } from './manual-clock.ts'
import { createSeededRandom, randomInteger } from './seeded-random.ts'

describe('crc32', () => {
  it('has the check value of CRC-32/ISO-HDLC, in any cut', () => {
    expect(crc32(utf8('123456789'))).toBe(0xcbf43926)
    expect(crc32(utf8('1234'), utf8(''), utf8('56789'))).toBe(0xcbf43926)
  })
})

describe('seeded randomness', () => {
  it('repeats under its seed, for ever and however it is cut', () => {
    expect(toHex(createSeededRandom('day 1').bytes(8))).toBe('05E5EA2FA024B994')
    const cut = createSeededRandom('day 1')
    const parts = [1, 2, 40, 0, 21].map((length) => toHex(cut.bytes(length))).join('')
    expect(parts).toBe(toHex(createSeededRandom('day 1').bytes(64)))
  })

  it('forks streams that do not depend on how much was drawn', () => {
    const one = createSeededRandom(1)
    one.bytes(100)
    const rider = toHex(one.fork('rider 7').bytes(16))
    expect(rider).toBe(toHex(createSeededRandom(1).fork('rider 7').bytes(16)))
    expect(rider).not.toBe(toHex(one.fork('rider 8').bytes(16)))
    expect(rider).not.toBe(toHex(createSeededRandom(2).fork('rider 7').bytes(16)))
  })

  it('draws every number of a range about equally often', () => {
    const random = createSeededRandom('dice')
    const seen = [0, 0, 0, 0, 0, 0]
    for (let i = 0; i < 6000; i++) seen[randomInteger(random, 6)]! += 1
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(() => randomInteger(random, 0)).toThrow(TypeError)
  })
})

describe('event queue', () => {
  it('gives events by instant, and those of one instant as they were pushed', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (instants) => {
        const queue = createEventQueue<number>()
        instants.forEach((at, order) => queue.push(at, order))
        const expected = instants.map((at, event) => ({ at, event })).sort((a, b) => a.at - b.at)
        expect(queue.nextAt()).toBe(expected[0]?.at)
        expect(expected.map(() => queue.pop())).toEqual(expected)
        expect(queue.pop()).toBeUndefined()
      }),
    )
  })

  it('takes events between pops', () => {
    const queue = createEventQueue<string>()
    queue.push(5, 'b')
    queue.push(1, 'a')
    expect(queue.pop()?.event).toBe('a')
    queue.push(2, 'between')
    expect([queue.pop()?.event, queue.pop()?.event, queue.size]).toEqual(['between', 'b', 0])
  })
})

describe('manual clock', () => {
  it('wakes sleepers at their instants, also those that sleep again', async () => {
    const clock = createManualClock(1_000_000)
    const woken: [string, number][] = []
    const sleeper = async (name: string, ms: number, times: number) => {
      for (let i = 0; i < times; i++) {
        await clock.sleep(ms)
        woken.push([name, clock.now() - 1_000_000])
      }
    }
    const all = Promise.all([sleeper('slow', 250, 2), sleeper('fast', 100, 4)])
    await clock.advance(399)
    expect(woken).toEqual([
      ['fast', 100],
      ['fast', 200],
      ['slow', 250],
      ['fast', 300],
    ])
    await clock.advance(500)
    await all
    expect(woken.at(-1)).toEqual(['slow', 500])
    expect(clock.monotonicMs()).toBe(899)
  })

  it('can be set back without moving the monotonic clock', () => {
    const clock = createManualClock(5000)
    clock.set(1000)
    clock.setQuality('free-running')
    expect([clock.now(), clock.monotonicMs(), clock.quality()]).toEqual([1000, 0, 'free-running'])
  })
})

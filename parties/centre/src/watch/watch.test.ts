import { describe, expect, test } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { CENTRE, cardTap, OPERATOR, TERMINAL } from '../clearing.fixture.ts'
import { storedAlarms } from './stored-alarms.ts'

const HOUR = 3_600_000

describe('a centre', () => {
  test('answers a batch with what is missing before it, until that comes', async () => {
    const network = await openTestCentre()
    const [first, second, third] = [1, 2, 3].map((sequence) => cardTap({ sequence }))
    const at = network.clock.now()
    expect(await network.taps([await first!])).toMatchObject({ end: 2, posted: 1, missing: [] })
    const missing = [{ from: 2, to: 2, since: at }]
    expect(await network.taps([await third!])).toMatchObject({ end: 4, posted: 1, missing })
    const alarmsIn = (hours: number) =>
      network.centre.read((tx) => storedAlarms(tx, { at: at + hours * HOUR }))
    expect(await alarmsIn(1)).toEqual([])
    expect(await alarmsIn(2)).toMatchObject([{ alarm: 'gap', id: TERMINAL, from: 2, to: 2 }])
    await network.clock.advance(2 * HOUR)
    expect(await network.taps([await second!])).toMatchObject({ end: 3, posted: 1, missing: [] })
    expect(await alarmsIn(2)).toEqual([])
  })

  test('knows who is silent, and who of the lists was never heard', async () => {
    const network = await openTestCentre()
    const at = network.clock.now() + 25 * HOUR
    const told = () =>
      network.centre.read(async (tx) =>
        (await storedAlarms(tx, { at })).map(({ alarm, id }) => `${alarm} ${id}`),
      )
    expect((await told()).toSorted()).toEqual([
      `never-heard ${OPERATOR}`,
      `never-heard ${TERMINAL}`,
    ])
    await network.taps([await cardTap({ sequence: 1 })])
    expect((await told()).toSorted()).toEqual([`silence ${OPERATOR}`, `silence ${TERMINAL}`])
    await network.clock.advance(20 * HOUR)
    await network.taps([await cardTap({ sequence: 2 })])
    expect(await told()).toEqual([])
    expect(network.centre.id).toBe(CENTRE)
  })
})

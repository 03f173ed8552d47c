import { expect, test } from 'vitest'
import { OPERATOR } from '../clearing.fixture.ts'
import { nameOf, openFileCentre, uploadOf } from '../files/files.fixture.ts'
import { datedGaps } from '../files/gaps.ts'
import { storedAlarms } from './stored-alarms.ts'

const HOUR = 3_600_000

test('a file missing in its row is an alarm behind its deadline, until it comes', async () => {
  const network = await openFileCentre()
  const { clock } = network
  await network.upload(nameOf(4), uploadOf([]))
  await clock.advance(HOUR)
  await network.upload(nameOf(7), uploadOf([]))
  const since = clock.now()
  const told = async (gapS?: number) => {
    const rules =
      gapS === undefined
        ? {}
        : { rules: [{ kind: 'files', from: 0, silenceS: null, gapS } as const] }
    return (
      await network.centre.read((tx) => storedAlarms(tx, { at: clock.now(), ...rules }))
    ).filter(({ kind }) => kind === 'files')
  }
  expect(await told()).toEqual([])
  await clock.advance(2 * HOUR)
  expect(await told()).toEqual([])
  const files = {
    alarm: 'file-gap',
    kind: 'files',
    id: `${OPERATOR}/UP`,
    operator: OPERATOR,
    since,
  }
  expect(await told(3_600)).toEqual([{ ...files, from: 5, to: 6, lastsS: 7_200 }])
  await clock.advance(3 * HOUR)
  expect(await told()).toEqual([{ ...files, from: 5, to: 6, lastsS: 18_000 }])
  await network.upload(nameOf(5), uploadOf([]))
  expect(await told()).toEqual([{ ...files, from: 6, to: 6, lastsS: 18_000 }])
  await network.upload(nameOf(6), uploadOf([]))
  expect(await told(0)).toEqual([])
})

test('a gap is known since a file before it and one behind it were there', () => {
  const file = (sequence: number, takenAt: number) => ({ sequence, takenAt })
  expect(datedGaps([])).toEqual([])
  expect(datedGaps([file(9, 10), file(4, 30), file(6, 20), file(7, 40), file(12, 35)])).toEqual([
    { from: 5, to: 5, since: 30 },
    { from: 8, to: 8, since: 20 },
    { from: 10, to: 11, since: 35 },
  ])
})

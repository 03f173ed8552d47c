import { utf8 } from '@unifare/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { cardTap, chargeOf, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import type { Held } from './held.ts'

let network: Awaited<ReturnType<typeof openTestCentre>>
const ask = async (sender: string) =>
  ((await network.send(sender, 'pull', utf8('{"held":true}'))) as { held: readonly Held[] }).held
const held = {
  charge: `${OPERATOR}-1`,
  verdict: 'tap.missing',
  day: '2026-11-20',
  state: 'HELD',
  deadline: '2026-12-20',
  decidedBy: '',
}

beforeEach(async () => {
  network = await openTestCentre()
})

it('holds a charge whose record is missing, for its operator to see', async () => {
  expect(await ask(OPERATOR)).toEqual([])
  await network.charges([chargeOf([await cardTap()])])
  await network.close()
  expect(await ask(OPERATOR)).toEqual([held])
  expect(await ask(ISSUER)).toEqual([])
})

it('releases it when the record came and settled by another charge', async () => {
  const tap = await cardTap()
  await network.charges([chargeOf([tap])])
  await network.close()
  await network.taps([tap])
  await network.close('2026-11-21')
  // The record alone settles nothing: somebody has to ask.
  expect(await ask(OPERATOR)).toEqual([held])
  await network.charges([chargeOf([tap], { number: 2 })], '2026-11-22')
  await network.close('2026-11-22')
  expect(await ask(OPERATOR)).toEqual([{ ...held, state: 'RELEASED', decidedBy: `${OPERATOR}-2` }])
})

it('rejects it when its deadline went by, and what comes later changes nothing', async () => {
  await network.charges([chargeOf([await cardTap()])])
  await network.close()
  await network.close('2026-12-20')
  expect(await ask(OPERATOR)).toEqual([held])
  await network.close('2026-12-21')
  expect(await ask(OPERATOR)).toEqual([{ ...held, state: 'REJECTED', decidedBy: 'deadline' }])
})

describe('where charges wait for missing records', () => {
  const HOLDS = [
    { id: 'week', days: 7, validFrom: '2026-01-01', validTo: null, source: 'ours' },
  ] as const
  const waiting = { ...held, deadline: '2026-11-27' }
  const verdicts = async (day: string) =>
    (await network.centre.rerun(day)).charges.map(({ id, verdict }) => [id, verdict])

  beforeEach(async () => {
    network = await openTestCentre({ settling: { holds: HOLDS } })
  })

  it('one has no verdict until the record comes, and settles then by itself', async () => {
    const tap = await cardTap()
    await network.charges([chargeOf([tap])])
    const first = await network.close()
    expect(first.charges).toBe(0)
    expect(await ask(OPERATOR)).toEqual([waiting])
    await network.taps([tap])
    const second = await network.close('2026-11-21')
    expect(second).toMatchObject({ charges: 1, settledFen: 200, rejected: {} })
    expect(await ask(OPERATOR)).toEqual([])
    expect(await verdicts('2026-11-20')).toEqual([])
    expect(await verdicts('2026-11-21')).toEqual([[`${OPERATOR}-1`, 'normal']])
    expect((await network.centre.rerun('2026-11-20')).root).toBe(first.root)
    expect((await network.centre.rerun('2026-11-21')).root).toBe(second.root)
  })

  it('one whose record never came is rejected behind its days', async () => {
    await network.charges([chargeOf([await cardTap()])])
    for (const day of ['2026-11-20', '2026-11-27']) {
      expect((await network.close(day)).charges).toBe(0)
      expect(await ask(OPERATOR)).toEqual([waiting])
    }
    const late = await network.close('2026-11-28')
    expect(late.rejected).toEqual({ 'tap.missing': 1 })
    expect((await network.centre.rerun('2026-11-28')).root).toBe(late.root)
  })
})

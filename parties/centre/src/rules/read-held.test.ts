import { utf8 } from '@unifare/core'
import { beforeEach, expect, it } from 'vitest'
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

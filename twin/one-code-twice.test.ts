import type * as centre from '@unifare/centre'
import { businessDayStart, nextDay, sumFen } from '@unifare/core'
import * as issuer from '@unifare/issuer'
import { describe, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { openWallet } from './rider-wallet.fixture.ts'
import { prepareNetwork } from './src/index.ts'

/** A picture of a code, shown at validators that know nothing of each other. */
const DAY = '2026-11-20'
const ISSUER = '02205810'
const BUSES = ['12205811', '12205881']
const MORNING = businessDayStart(DAY) + 4 * 3_600_000
const CLOSE = businessDayStart(nextDay(DAY))

async function showEverywhere(order: readonly string[]) {
  const opened = await openMemoryNetwork({
    seed: 'one code twice',
    day: DAY,
    riders: 0,
    operators: BUSES,
    issuers: [ISSUER],
  })
  const { day } = opened
  await prepareNetwork(day)
  await day.ports.setClock(MORNING)
  const wallet = await openWallet(day, { issuer: ISSUER })
  const code = wallet.makeCode()
  const terminals = day.plan.operators.flatMap((one) => one.terminals)
  const accepted = []
  for (const { terminal } of terminals) {
    accepted.push((await day.ports.terminal(terminal).presentCode(code)).ok)
  }
  await settle(opened, order)
  return { opened, accepted }
}

async function settle({ day, network }: MemoryNetwork, order: readonly string[]): Promise<void> {
  await day.ports.setClock(CLOSE)
  for (const id of order) {
    const planned = day.plan.operators.find(({ institution }) => institution.id === id)
    for (const { terminal } of planned?.terminals ?? []) {
      while ((await day.ports.terminal(terminal).upload()) > 0);
    }
    const operator = day.ports.operator(id)
    await operator.command({ do: 'make-charges', upTo: CLOSE, giveUpBefore: CLOSE })
    await operator.deliver()
  }
  await network.centre.command({ do: 'close-day', day: DAY })
  await network.centre.deliver()
}

async function linesOf({ network }: MemoryNetwork) {
  const party = network.issuers.get(ISSUER)?.issuer
  const parts = (await party?.read((tx) => tx.select(issuer.statements, { day: DAY }))) ?? []
  return parts.flatMap(
    ({ statement }) => (statement as { lines: readonly centre.StatementLine[] }).lines,
  )
}

describe('one code at validators that are not linked', () => {
  it.each([
    ['in one order', BUSES],
    ['in the other', BUSES.toReversed()],
  ])('is taken by each of them and charged once, %s', async (_, order) => {
    const { opened, accepted } = await showEverywhere(order)
    expect(accepted.length).toBeGreaterThan(10)
    expect(accepted.every(Boolean)).toBe(true)
    const lines = await linesOf(opened)
    const paid = lines.filter(({ verdict }) => verdict === 'normal')
    expect(paid).toHaveLength(1)
    expect(sumFen(paid.map(({ amountFen }) => amountFen))).toBe(200)
    // An operator asks once for what its own validators saw; the other one asks in vain.
    const refused = lines.filter(({ verdict }) => verdict !== 'normal')
    expect(refused.map(({ verdict }) => verdict)).toEqual(['tap.conflict'])
  })
})

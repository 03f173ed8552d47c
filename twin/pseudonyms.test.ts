import type * as centre from '@unifare/centre'
import { businessDayStart, nextDay } from '@unifare/core'
import * as issuer from '@unifare/issuer'
import { expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { openWallet } from './rider-wallet.fixture.ts'
import { prepareNetwork } from './src/index.ts'

/** Numbers that only the issuer knows, from the phone through operators and centre to the payment. */
const DAY = '2026-11-20'
const ISSUER = '02205810'
const BUSES = ['12205811', '12205881']
/** Lists are fresh then: with aged ones nobody is taken along. */
const MORNING = businessDayStart(DAY) + 1_800_000
const CLOSE = businessDayStart(nextDay(DAY))

it('a rider and a companion ride under pseudonyms on two buses: one account pays, nobody else can tell', async () => {
  const { day, network } = await openMemoryNetwork({
    seed: 'pseudonyms',
    day: DAY,
    riders: 0,
    operators: BUSES,
    issuers: [ISSUER],
  })
  await prepareNetwork(day)
  await day.ports.setClock(MORNING)
  const plan = { slots: 2, companions: 1 }
  const wallet = await openWallet(day, { issuer: ISSUER, plan })
  const { account } = wallet.state()

  let at = MORNING
  for (const [place, { terminals }] of day.plan.operators.entries()) {
    if (place > 0) wallet.changePseudonym()
    for (const who of [0, 1]) {
      at += 60_000
      await day.ports.setClock(at)
      const port = day.ports.terminal(terminals[0]?.terminal ?? '')
      expect(await port.presentCode(wallet.makeCode(who))).toMatchObject({ ok: true })
    }
  }

  await day.ports.setClock(CLOSE)
  for (const { institution, terminals } of day.plan.operators) {
    for (const { terminal } of terminals) {
      while ((await day.ports.terminal(terminal).upload()) > 0);
    }
    const operator = day.ports.operator(institution.id)
    await operator.command({ do: 'make-charges', upTo: CLOSE, giveUpBefore: CLOSE })
    await operator.deliver()
  }
  await network.centre.command({ do: 'close-day', day: DAY })
  await network.centre.deliver()
  await day.ports.issuer(ISSUER).collect(DAY)

  const party = network.issuers.get(ISSUER)?.issuer
  const rows = await party?.read((tx) => tx.select(issuer.rides, { account }))
  expect(rows?.map(({ state }) => state)).toEqual(['advanced', 'advanced', 'advanced', 'advanced'])
  const parts = (await party?.read((tx) => tx.select(issuer.statements, { day: DAY }))) ?? []
  const numbers = parts.flatMap(({ statement }) =>
    (statement as { lines: readonly centre.StatementLine[] }).lines.map((line) => line.account),
  )
  expect(numbers).toHaveLength(4)
  expect(new Set(numbers).size).toBe(3)
  expect(numbers).not.toContain(account)
  await expect(wallet.renew()).rejects.toMatchObject({ code: 'issuer.arrears' })
})

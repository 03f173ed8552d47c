import { businessDayStart } from '@unifare/core'
import * as issuer from '@unifare/issuer'
import * as operator from '@unifare/operator'
import { decodeCustomField, parseCode } from '@unifare/ridecode'
import { expect, it } from 'vitest'
import { openMemoryNetwork } from './memory-network.fixture.ts'
import { openWallet } from './rider-wallet.fixture.ts'
import { type Plan, prepareNetwork } from './src/index.ts'

/** One account over card and code: from the phone through the issuer to the operator. */
const DAY = '2026-11-20'
const ISSUER = '02205810'
const METRO = '15215212'
const CARD = '3190000100000000017'
const MORNING = businessDayStart(DAY) + 1_800_000

/** The metro's tariff has one account over both. */
function together(plan: Plan): Plan {
  const operators = plan.operators.map((one) => ({
    ...one,
    tariffs: one.tariffs.map((tariff) =>
      tariff.operator === METRO ? { ...tariff, accountOver: 'linked-media' as const } : tariff,
    ),
  }))
  return { ...plan, operators }
}

it('a rider links an own card: the operator knows it by the token that the codes carry, until it ends', async () => {
  const { day, network } = await openMemoryNetwork({
    seed: 'linked card',
    day: DAY,
    riders: 0,
    operators: [METRO],
    issuers: [ISSUER],
    change: together,
  })
  await prepareNetwork(day)
  await day.ports.setClock(MORNING)
  const plan = { slots: 1, companions: 0 }
  const wallet = await openWallet(day, { issuer: ISSUER, plan, schemes: [METRO] })
  const party = network.issuers.get(ISSUER)?.issuer
  const metro = network.operators.get(METRO)
  await expect(wallet.linkCard(METRO, CARD)).rejects.toMatchObject({
    code: 'issuer.not-your-card',
  })
  const [account] = (await party?.read((tx) => tx.select(issuer.accounts, {}))) ?? []
  // As the card's own proof leaves it behind (tested with the orders of cards).
  await party?.read((tx) =>
    tx.put(issuer.services, [{ ...issuer.newService(CARD), rider: account?.rider ?? '' }]),
  )
  await wallet.linkCard(METRO, CARD)
  await party?.deliver()
  const read = parseCode(wallet.makeCode())
  const field = read.ok ? decodeCustomField(read.code.custom) : undefined
  const token = `token/${ISSUER}/${field?.schemes[0]?.token}`
  const card = `card/${ISSUER}/${CARD}`
  const links = () => metro?.read((tx) => tx.select(operator.linked, {}))
  const row = { token, card, month: '2026-11', proof: 'issuer' }
  expect(await links()).toMatchObject([{ ...row, until: 0 }])
  await wallet.unlinkCard(METRO)
  await party?.deliver()
  expect(await links()).toMatchObject([{ ...row, until: Date.UTC(2026, 10, 20, 16) }])
})

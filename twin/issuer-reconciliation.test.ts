import type { Tx } from '@unifare/core'
import {
  accounts,
  cards,
  findIssuerDifferences,
  type IssuerDifference,
  rides,
  statements,
} from '@unifare/issuer'
import { ledgerTables } from '@unifare/ledger'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

const DAY = '2026-11-20'
const ISSUERS = ['05215210', '02002900']
const [ISSUER = ''] = ISSUERS

let ridden: MemoryNetwork
beforeAll(async () => {
  ridden = await openMemoryNetwork({
    seed: 'orders a',
    day: DAY,
    riders: 60,
    operators: ['15215211', '15215212'],
    issuers: ISSUERS,
  })
  await prepareNetwork(ridden.day)
  await rideDay(ridden.day)
})
afterAll(() => ridden.network.close())

class RollBack extends Error {}

/** What is found after something was changed in the issuer's store; the store stays as it was. */
async function foundAfter(member: string, change: (tx: Tx) => Promise<string>) {
  let found: readonly IssuerDifference[] = []
  let subject = ''
  await ridden.network.issuers
    .get(member)
    ?.issuer.read(async (tx) => {
      subject = await change(tx)
      found = await findIssuerDifferences(tx, { member, day: DAY })
      throw new RollBack()
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error
    })
  return { subject, names: found.map((one) => `${one.kind} ${one.subject}`) }
}

async function first<Row>(rows: Promise<readonly Row[]>, fits: (row: Row) => boolean = () => true) {
  const row = (await rows).find(fits)
  if (row === undefined) throw new Error('the day has no such row')
  return row
}

const FAULTS: readonly (readonly [kind: string, inject: (tx: Tx) => Promise<string>])[] = [
  [
    'issuer.statement',
    async (tx) => {
      const row = await first(tx.select(statements, {}))
      const statement = structuredClone(row.statement) as {
        lines: { side: string; verdict: string; charge: string; amountFen: number }[]
      }
      const line = statement.lines.find(
        ({ side, verdict }) => side === 'pay' && verdict === 'normal',
      )
      if (line === undefined) throw new Error('no line')
      line.amountFen += 1
      await tx.put(statements, [{ ...row, statement }])
      // The ride follows the line: what differs is what was booked.
      const [ride] = await tx.get(rides, [{ charge: line.charge }])
      if (ride !== undefined) await tx.put(rides, [{ ...ride, amountFen: ride.amountFen + 1 }])
      return `${row.day}/${row.part}`
    },
  ],
  [
    'issuer.ride',
    async (tx) => {
      const row = await first(tx.select(rides, {}))
      await tx.put(rides, [{ ...row, amountFen: row.amountFen + 1 }])
      return row.charge
    },
  ],
  [
    'issuer.overspent',
    async (tx) => {
      const row = await first(tx.select(cards, {}))
      await tx.put(cards, [{ ...row, loadedFen: row.spentFen - 1 }])
      return row.number
    },
  ],
  [
    'issuer.balance',
    async (tx) => {
      const row = await first(tx.select(ledgerTables.balances, {}))
      await tx.put(ledgerTables.balances, [{ ...row, balanceFen: row.balanceFen + 1 }])
      return row.account
    },
  ],
]

it.each(ISSUERS)('issuer %s: a day in order has no differences', async (member) => {
  expect((await foundAfter(member, async () => '')).names).toEqual([])
})

it.each(FAULTS)(
  '%s: injected once, it is named once, and nothing else is',
  async (kind, inject) => {
    const { subject, names } = await foundAfter(ISSUER, inject)
    expect(names).toEqual([`${kind} ${subject}`])
  },
)

it('a debt that no advance explains is named for the account, and against the books', async () => {
  const { subject, names } = await foundAfter(ISSUER, async (tx) => {
    const row = await first(tx.select(accounts, {}))
    await tx.put(accounts, [{ ...row, debtFen: row.debtFen + 1 }])
    return row.account
  })
  expect(names).toEqual(['issuer.debt-ledger riders/debt', `issuer.debt ${subject}`])
})

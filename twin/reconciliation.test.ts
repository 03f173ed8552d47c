import {
  cards,
  charges,
  type Difference,
  days,
  findDifferences,
  loadFacts,
  type Position,
  statements,
  type TapRow,
  taps,
} from '@unifare/centre'
import type { Tx } from '@unifare/core'
import { ledgerTables } from '@unifare/ledger'
import { deliveryId, encodeCharge, encodeTap, parseCharge, parseTap, type Tap } from '@unifare/tap'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type MemoryNetwork, openMemoryNetwork } from './memory-network.fixture.ts'
import { prepareNetwork, rideDay } from './src/index.ts'

const DAY = '2026-11-20'
const OPERATORS = ['15215211', '15215212', '01001000']

let ridden: MemoryNetwork
let clean: readonly string[]
beforeAll(async () => {
  ridden = await openMemoryNetwork({
    seed: 'orders a',
    day: DAY,
    riders: 90,
    operators: OPERATORS,
    issuers: ['05215210', '02002900'],
  })
  await prepareNetwork(ridden.day)
  await rideDay(ridden.day)
  clean = names(await differencesAfter(async () => undefined))
})
afterAll(() => ridden.network.close())

class RollBack extends Error {}

/** What is found after something was changed in the centre's store; the store stays as it was. */
async function differencesAfter(change: (tx: Tx) => Promise<void>): Promise<readonly Difference[]> {
  const { centre } = ridden.network
  let found: readonly Difference[] = []
  await centre
    .read(async (tx) => {
      await change(tx)
      found = findDifferences(await loadFacts(tx, DAY), await bankOf(tx))
      throw new RollBack()
    })
    .catch((error: unknown) => {
      if (!(error instanceof RollBack)) throw error
    })
  return found
}

/** Every member settles its net with the centre, and the bank tells so. */
async function bankOf(tx: Tx) {
  const centre = ridden.network.centre.id
  const [row] = await tx.get(days, [{ day: DAY }])
  const payments = ((row?.positions ?? []) as Position[])
    .filter(({ id, netFen }) => id !== centre && netFen !== 0)
    .map(({ id, netFen }) => ({
      endToEnd: `W-${id}`,
      debtor: netFen < 0 ? id : centre,
      creditor: netFen < 0 ? centre : id,
      amountFen: Math.abs(netFen),
      valueDate: DAY,
    }))
  const bankLines = payments.map(({ endToEnd, debtor, creditor, amountFen }) => ({
    reference: endToEnd,
    endToEnd,
    bookedOn: DAY,
    valueOn: DAY,
    amountFen: creditor === centre ? amountFen : -amountFen,
    counterparty: creditor === centre ? debtor : creditor,
  }))
  return { centre, payments, bankLines }
}

const names = (found: readonly Difference[]) =>
  found.map(({ kind, subject }) => `${kind} ${subject}`)

/** Debits of cards of which one charge names one tap and nothing else; those of one card together. */
async function plainDebits(tx: Tx): Promise<readonly (readonly Debit[])[]> {
  const byCard = new Map<string, Debit[]>()
  for (const row of await tx.select(charges, { day: DAY })) {
    const charge = parseCharge(row.raw)
    if (charge.medium !== 'card') continue
    const rows = await tx.get(
      taps,
      charge.taps.map(({ terminal, sequence }) => ({ terminal, sequence })),
    )
    for (const [index, tapRow] of rows.entries()) {
      if (tapRow === undefined) continue
      const card = `${charge.issuer}/${charge.account}`
      const plain = charge.taps.length === 1 && row.verdict === 'normal' && charge.amountFen > 0
      const debit = { card, row, tapRow, tap: parseTap(tapRow.raw), plain: plain && index === 0 }
      byCard.set(card, [...(byCard.get(card) ?? []), debit])
    }
  }
  for (const list of byCard.values()) list.sort((a, b) => a.tap.counter - b.tap.counter)
  return [...byCard.values()]
}

interface Debit {
  readonly card: string
  readonly row: {
    readonly operator: string
    readonly number: number
    readonly raw: Uint8Array
    readonly day: string
    readonly verdict: string
  }
  readonly tapRow: TapRow
  readonly tap: Tap
  readonly plain: boolean
}

/** The last debit of a card that has others before it, alone in its charge. */
async function lastDebit(tx: Tx): Promise<Debit> {
  const found = (await plainDebits(tx)).find(
    (list) => list.length > 1 && list.at(-1)?.plain === true,
  )
  if (found === undefined) throw new Error('the day has no such card')
  return found.at(-1) as Debit
}

async function changeTap(tx: Tx, { tapRow, tap }: Debit, changes: Partial<Tap>): Promise<void> {
  await tx.put(taps, [{ ...tapRow, raw: encodeTap({ ...tap, ...changes }) }])
}

/** Each class of difference, injected once: what is done, and what must be found. */
const FAULTS: readonly (readonly [name: string, inject: (tx: Tx) => Promise<string>])[] = [
  [
    'ledger.settlement',
    async (tx) => {
      const [entry] = await tx.get(ledgerTables.entries, [{ id: `${DAY}/settlement` }])
      const [one] = entry?.postings ?? []
      const fees = 'centre/fees'
      if (entry === undefined || one === undefined) throw new Error('no settlement')
      const moved = new Map([
        [one.account, 1],
        [fees, -1],
      ])
      const shift = (account: string) => moved.get(account) ?? 0
      const postings = entry.postings.map((each) => ({
        ...each,
        amountFen: each.amountFen + shift(each.account),
      }))
      await tx.put(ledgerTables.entries, [{ ...entry, postings }])
      const rows = await tx.get(ledgerTables.balances, [
        { account: one.account },
        { account: fees },
      ])
      await tx.put(
        ledgerTables.balances,
        rows.flatMap((row) =>
          row === undefined ? [] : [{ ...row, balanceFen: row.balanceFen + shift(row.account) }],
        ),
      )
      return `${DAY}/${one.account.split('/')[1]}`
    },
  ],
  [
    'ledger.balance',
    async (tx) => {
      const [row] = await tx.select(ledgerTables.balances, {}, { limit: 1 })
      if (row === undefined) throw new Error('no balance')
      await tx.put(ledgerTables.balances, [{ ...row, balanceFen: row.balanceFen + 1 }])
      return row.account
    },
  ],
  [
    'statement.position',
    async (tx) => {
      const [row] = (await tx.select(statements, { day: DAY })).filter(
        ({ member }) => member === OPERATORS[0],
      )
      const statement = structuredClone(row?.statement) as { lines: { shareMicro: string }[] }
      const line = statement.lines.find(({ shareMicro }) => shareMicro !== '0')
      if (row === undefined || line === undefined) throw new Error('no line')
      line.shareMicro = String(BigInt(line.shareMicro) + 1_000_000n)
      await tx.put(statements, [{ ...row, statement }])
      return `${DAY}/${row.member}`
    },
  ],
  [
    'terminal.uncharged',
    async (tx) => {
      const { row, tap } = await lastDebit(tx)
      await tx.remove(charges, [row])
      return deliveryId(tap)
    },
  ],
  [
    'terminal.missing-tap',
    async (tx) => {
      const { tap } = await lastDebit(tx)
      await tx.remove(taps, [{ terminal: tap.terminal, sequence: tap.sequence }])
      return deliveryId(tap)
    },
  ],
  [
    'terminal.amount',
    async (tx) => {
      const { row, tap } = await lastDebit(tx)
      const charge = parseCharge(row.raw)
      const amountFen = charge.amountFen + 1
      const [named] = charge.taps
      if (named === undefined) throw new Error('no tap')
      const raw = encodeCharge({
        ...charge,
        amountFen,
        taps: [{ ...named, amountFen }],
        parts: [...charge.parts, { rule: 'too much', amountFen: 1 }],
      })
      await tx.put(charges, [{ ...row, raw }])
      return deliveryId(tap)
    },
  ],
  [
    'terminal.twice',
    async (tx) => {
      const { row, tap } = await lastDebit(tx)
      const raw = encodeCharge({ ...parseCharge(row.raw), number: 999_999 })
      await tx.put(charges, [{ ...row, number: 999_999, raw, day: '', verdict: '' }])
      return `${deliveryId(tap)}/${row.operator}-999999`
    },
  ],
  [
    'charge.refused',
    async (tx) => {
      const { row } = await lastDebit(tx)
      await tx.put(charges, [{ ...row, verdict: 'card.bad-tac' }])
      return `${row.operator}-${row.number}/card.bad-tac`
    },
  ],
  [
    'card.gap',
    async (tx) => {
      const lists = await plainDebits(tx)
      for (const list of lists) {
        const at = list.findIndex(
          ({ plain }, index) => plain && index > 0 && index < list.length - 1,
        )
        const [gone, next] = [list[at], list[at + 1]]
        if (gone === undefined || next === undefined) continue
        await tx.remove(taps, [{ terminal: gone.tap.terminal, sequence: gone.tap.sequence }])
        await tx.remove(charges, [gone.row])
        return `${gone.card}/${next.tap.counter}`
      }
      throw new Error('no card rode three times')
    },
  ],
  ...([-100, 100] as const).map(
    (byFen) =>
      [
        byFen < 0 ? 'card.less' : 'card.more',
        async (tx: Tx) => {
          const debit = await lastDebit(tx)
          const balanceFen = debit.tap.balanceFen + byFen
          await changeTap(tx, debit, { balanceFen })
          await tx.put(cards, [{ card: debit.card, counter: debit.tap.counter, balanceFen }])
          return `${debit.card}/${debit.tap.counter}`
        },
      ] as const,
  ),
  [
    'card.conflict',
    async (tx) => {
      const { card, tapRow, tap } = await lastDebit(tx)
      const other = { ...tap, sequence: 999_999, amountFen: tap.amountFen + 100 }
      await tx.put(taps, [{ ...tapRow, sequence: other.sequence, raw: encodeTap(other) }])
      return `${card}/${tap.counter}`
    },
  ],
  [
    'card.shadow',
    async (tx) => {
      const [row] = await tx.select(cards, {}, { limit: 1 })
      if (row === undefined) throw new Error('no card')
      await tx.put(cards, [{ ...row, balanceFen: row.balanceFen + 1 }])
      return row.card
    },
  ],
]

it('a day in order has no differences but the charges that clearing refused', () => {
  expect(clean.filter((name) => !name.startsWith('charge.refused '))).toEqual([])
})

it.each(FAULTS)(
  '%s: injected once, it is named once, and nothing else is invented',
  async (kind, inject) => {
    let subject = ''
    const found = await differencesAfter(async (tx) => {
      subject = await inject(tx)
    })
    expect(names(found).filter((name) => !clean.includes(name))).toEqual([`${kind} ${subject}`])
    expect(clean.filter((name) => !names(found).includes(name))).toEqual([])
  },
)

import { compareText, type Day, type Fen, type Tx } from '@unifare/core'
import { postEntries } from '@unifare/ledger'
import { publishDeny } from '../deny.ts'
import { lowerDebt } from '../settlement.ts'
import { type AccountRow, accounts, type Contract, type RideRow, rides } from '../tables.ts'
import { addPrepaid, type Booking, repayFromPrepaid } from './money-booking.ts'
import { classOf } from './person.ts'
import { advances, type MoneyOrderRow, moneyOrders } from './tables.ts'

/**
 * Gives riders what corrections took back, each once: first it lowers what they owe for the same
 * journey, the rest goes into prepaid money, or back through the channel of the contract. While a
 * charge of the journey is not decided yet, its correction waits.
 */
export async function bookCredits(
  booking: Booking,
  day: Day,
): Promise<{ readonly credited: number; readonly waiting: number }> {
  const { tx, input } = booking
  const rows = (await tx.select(rides, { state: 'credit' })).toSorted(
    (a, b) => compareText(a.operator, b.operator) || numberOf(a) - numberOf(b),
  )
  let [credited, lifted] = [0, false]
  for (const row of rows) {
    const chain = await chainOf(tx, row)
    if (chain === undefined) continue
    lifted = (await credit(booking, { row, chain, day })) || lifted
    credited += 1
  }
  // Who owes nothing any more rides again as soon as terminals have the next list.
  if (lifted) await publishDeny(tx, {}, input, booking)
  return { credited, waiting: rows.length - credited }
}

/** Number of a charge at its operator: corrections are booked in the order in which they were made. */
function numberOf({ charge }: RideRow): number {
  return Number(charge.slice(charge.indexOf('-') + 1))
}

/** The charges before a correction, newest first; undefined while one is unknown or not decided. */
async function chainOf(tx: Tx, row: RideRow): Promise<readonly RideRow[] | undefined> {
  const chain: RideRow[] = []
  for (let { corrects } = row; corrects !== ''; ) {
    const [before] = await tx.get(rides, [{ charge: corrects }])
    if (before === undefined || before.state === 'due' || before.state === 'credit')
      return undefined
    chain.push(before)
    corrects = before.state === 'rejected' ? '' : before.corrects
  }
  return chain
}

async function credit(
  booking: Booking,
  {
    row,
    chain,
    day,
  }: { readonly row: RideRow; readonly chain: readonly RideRow[]; readonly day: Day },
): Promise<boolean> {
  const { tx } = booking
  const { charge, account } = row
  const amountFen = 0 - row.amountFen
  const owedFen = await lowerAdvances(tx, chain, amountFen)
  const restFen = amountFen - owedFen
  const [owner] = await tx.get(accounts, [{ account }])
  const leftFen =
    owner === undefined || owedFen === 0 ? undefined : await lowerDebt(tx, owner, owedFen)
  const to = await giveBack(booking, { owner, row, restFen })
  await tx.put(rides, [{ ...row, state: 'credited' }])
  await postEntries(tx, [
    {
      id: `${day}/credited/${charge}`,
      day,
      kind: 'credited',
      postings: [
        { account: 'riders/receivable' as const, amountFen },
        { account: 'riders/debt' as const, amountFen: 0 - owedFen },
        { account: to, amountFen: 0 - restFen },
      ].filter((posting) => posting.amountFen !== 0),
      refs: { charge },
      textKey: 'issuer.credited',
    },
  ])
  // Debts are the first that prepaid money goes to.
  const repaid =
    to === 'riders/prepaid' && restFen > 0
      ? await repayFromPrepaid(booking, account, `correction-${charge}`)
      : false
  return leftFen === 0 || repaid
}

/** Lowers what is owed for a journey, the newest charge first; returns by how much. */
async function lowerAdvances(tx: Tx, chain: readonly RideRow[], mostFen: Fen): Promise<Fen> {
  let leftFen = mostFen
  for (const ride of chain.filter(({ state }) => state === 'advanced')) {
    const [advance] = await tx.get(advances, [{ charge: ride.charge }])
    if (advance === undefined || leftFen === 0) continue
    const byFen = Math.min(advance.amountFen, leftFen)
    leftFen -= byFen
    if (byFen < advance.amountFen) {
      await tx.put(advances, [{ ...advance, amountFen: advance.amountFen - byFen }])
    } else {
      await tx.remove(advances, [{ charge: ride.charge }])
      await tx.put(rides, [{ ...ride, state: 'repaid' }])
    }
  }
  return mostFen - leftFen
}

/** Where the rest goes: whoever has no contract with a channel has it as prepaid money. */
async function giveBack(
  { tx, input }: Booking,
  {
    owner,
    row: { charge, account },
    restFen,
  }: { readonly owner: AccountRow | undefined; readonly row: RideRow; readonly restFen: Fen },
): Promise<'riders/prepaid' | 'riders/refunds'> {
  const contract = (owner?.contract ?? null) as Contract | null
  if (owner === undefined || contract === null || classOf(owner) === 'anonymous') {
    await addPrepaid(tx, account, restFen)
    return 'riders/prepaid'
  }
  if (restFen > 0) {
    const at = input.acceptedAt
    const { channel, sources } = contract
    const order: MoneyOrderRow = {
      order: `correction-${charge}`,
      account,
      kind: 'refund',
      amountFen: restFen,
      channel,
      sources,
      charges: [charge],
      state: 'REQUESTED',
      requestedAt: at,
      at,
    }
    await tx.put(moneyOrders, [order])
  }
  return 'riders/refunds'
}

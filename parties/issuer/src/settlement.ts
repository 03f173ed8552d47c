import {
  canonicalJson,
  type Day,
  type Fen,
  type Instant,
  requireData,
  type Tx,
} from '@unifare/core'
import { type Account, type Entry, postEntries } from '@unifare/ledger'
import { pseudonyms } from './codes/tables.ts'
import { bookLateTaps } from './orders/late-taps.ts'
import { advances } from './people/tables.ts'
import { parseStatement, type StatedCharge } from './statement.ts'
import {
  type AccountRow,
  accounts,
  type CardRow,
  cards,
  type RideRow,
  type RideState,
  rides,
  statements,
} from './tables.ts'

/** Money that came through a payment channel. */
const CHANNEL: Account = 'channel/received'

/**
 * Takes a part of the centre's statement in: code rides that settled become due, cards' spending is
 * booked. The same part again has no effect; another one for its place, or a charge told twice, is
 * refused with `issuer.statement-conflict`.
 */
export async function takeStatement(
  tx: Tx,
  body: Readonly<Record<string, unknown>>,
  member: string,
): Promise<null> {
  const { day, part, statement, charges } = parseStatement(body, member)
  const [held] = await tx.get(statements, [{ day, part }])
  if (held !== undefined) {
    requireData(
      canonicalJson(held.statement) === canonicalJson(statement),
      'issuer.statement-conflict',
      `part ${part} of the statement of ${day} came before with other content`,
    )
    return null
  }
  await checkNew(tx, charges)
  await tx.put(statements, [{ day, part, statement }])
  const holders = await holdersOf(tx, charges)
  await tx.put(
    rides,
    charges.map((line) => rideRow({ ...line, account: holders.get(line) ?? line.account }, day)),
  )
  const settled = charges.filter(({ verdict }) => verdict === 'normal')
  const spent = await bookCards(
    tx,
    settled.filter(({ medium }) => medium === 'card'),
  )
  await bookLateTaps(tx, { day, part }, spent)
  await postEntries(tx, [statementEntry(day, part, settled)].filter(hasPostings))
  return null
}

/** Every charge is told once, and a correction takes back what its charge was told with. */
async function checkNew(tx: Tx, charges: readonly StatedCharge[]): Promise<void> {
  const told = await tx.get(
    rides,
    charges.map(({ charge }) => ({ charge })),
  )
  const twice = told.find((row) => row !== undefined)
  requireData(
    twice === undefined && new Set(charges.map(({ charge }) => charge)).size === charges.length,
    'issuer.statement-conflict',
    `charge ${twice?.charge ?? ''} stood on a statement before`,
  )
  const corrections = charges.filter(({ entry }) => entry === 'correction')
  const before = await tx.get(
    rides,
    corrections.map(({ corrects = '' }) => ({ charge: corrects })),
  )
  corrections.forEach(({ charge, reversedFen }, index) => {
    const row = before[index]
    requireData(
      row === undefined || (row.chargedFen === reversedFen && row.state !== 'rejected'),
      'issuer.statement-conflict',
      `${charge} takes ${reversedFen} fen back: charge ${row?.charge} asked otherwise`,
    )
  })
}

/** Accounts behind the numbers of code rides: operators and centre know pseudonyms alone. */
async function holdersOf(
  tx: Tx,
  lines: readonly StatedCharge[],
): Promise<ReadonlyMap<StatedCharge, string>> {
  const codes = lines.filter(({ medium }) => medium === 'code')
  const rows = await tx.get(
    pseudonyms,
    codes.map(({ account }) => ({ number: account })),
  )
  return new Map(codes.map((line, index) => [line, rows[index]?.account ?? line.account]))
}

function rideRow(line: StatedCharge, day: Day): RideRow {
  const { charge, medium, account, mode, tapDay, endAt, verdict, corrects = '' } = line
  const { amountFen: chargedFen } = line
  const amountFen = differenceOf(line)
  const operator = line.counterparty
  const state = stateOf(line)
  return {
    charge,
    medium,
    account,
    operator,
    mode,
    tapDay,
    day,
    endAt,
    amountFen,
    chargedFen,
    corrects,
    state,
    verdict,
  }
}

/** What a charge moves: a correction only what it asks otherwise. */
function differenceOf({ amountFen, reversedFen }: StatedCharge): Fen {
  return amountFen - reversedFen
}

/** A card has paid at the gate, and nothing has to be asked for a ride that was free. */
function stateOf(line: StatedCharge): RideState {
  if (line.verdict !== 'normal') return 'rejected'
  const movedFen = differenceOf(line)
  if (line.medium === 'card' || movedFen === 0) return 'paid'
  return movedFen < 0 ? 'credit' : 'due'
}

function statementEntry(day: Day, part: number, lines: readonly StatedCharge[]): Entry {
  const sum = (medium: string) =>
    lines
      .filter((line) => line.medium === medium)
      .reduce((total, line) => total + differenceOf(line), 0)
  const [card, code] = [sum('card'), sum('code')]
  return entry(`${day}/statement/${part}`, day, 'statement', [
    { account: 'cards/float', amountFen: card },
    { account: 'riders/receivable', amountFen: code },
    { account: 'centre/gross', amountFen: -(card + code) },
  ])
}

async function bookCards(
  tx: Tx,
  lines: readonly StatedCharge[],
): Promise<{ readonly before: CardRow; readonly after: CardRow }[]> {
  const spent = new Map<string, Fen>()
  for (const { account, amountFen } of lines)
    spent.set(account, (spent.get(account) ?? 0) + amountFen)
  const numbers = [...spent.keys()]
  const known = await tx.get(
    cards,
    numbers.map((number) => ({ number })),
  )
  const changed = known
    .filter((row) => row !== undefined)
    .map((before) => {
      const spentFen = before.spentFen + (spent.get(before.number) ?? 0)
      return { before, after: { ...before, spentFen } }
    })
  await tx.put(
    cards,
    changed.map(({ after }) => after),
  )
  return changed
}

/** What a channel decided about a due ride. */
export interface Collected {
  readonly charge: string
  readonly paid: boolean
}

/** Books what channels decided: paid rides are closed, the others are advanced and become debts. */
export async function bookCollected(
  tx: Tx,
  options: {
    readonly day: Day
    readonly at: Instant
    readonly collected: readonly Collected[]
    /** Where the money of paid rides comes from: a channel, or what was prepaid. */
    readonly from?: Account
  },
): Promise<{ readonly paid: number; readonly advanced: number }> {
  const { day, at, collected, from = CHANNEL } = options
  const rows = await tx.get(
    rides,
    collected.map(({ charge }) => ({ charge })),
  )
  const changed: RideRow[] = []
  const debts = new Map<string, Fen>()
  let paidFen = 0
  let advancedFen = 0
  collected.forEach(({ paid }, index) => {
    const row = rows[index]
    if (row === undefined || row.state !== 'due') return
    changed.push({ ...row, state: paid ? 'paid' : 'advanced' })
    if (paid) paidFen += row.amountFen
    else {
      advancedFen += row.amountFen
      debts.set(row.account, (debts.get(row.account) ?? 0) + row.amountFen)
    }
  })
  await tx.put(rides, changed)
  await tx.put(
    advances,
    changed
      .filter(({ state }) => state === 'advanced')
      .map(({ charge, account, amountFen }) => ({ charge, account, amountFen, since: at })),
  )
  await bookDebts(tx, debts, at)
  const first = changed[0]
  if (first !== undefined) {
    await postEntries(tx, [
      entry(`${day}/collected/${first.charge}`, day, 'collected', [
        { account: from, amountFen: paidFen },
        { account: 'riders/debt', amountFen: advancedFen },
        { account: 'riders/receivable', amountFen: -(paidFen + advancedFen) },
      ]),
    ])
  }
  return {
    paid: changed.filter(({ state }) => state === 'paid').length,
    advanced: changed.filter(({ state }) => state === 'advanced').length,
  }
}

async function bookDebts(tx: Tx, debts: ReadonlyMap<string, Fen>, at: Instant): Promise<void> {
  const rows = await tx.get(
    accounts,
    [...debts.keys()].map((account) => ({ account })),
  )
  await tx.put(
    accounts,
    rows.flatMap((row): AccountRow[] =>
      row === undefined
        ? []
        : [
            {
              ...row,
              state: 'arrears',
              debtFen: row.debtFen + (debts.get(row.account) ?? 0),
              arrearsSince: row.arrearsSince === 0 ? at : row.arrearsSince,
            },
          ],
    ),
  )
}

/**
 * Books a repayment: the account's whole debt, or the named charges of it. It can ride again after
 * the next deny list when nothing is left.
 */
export async function bookRepayment(
  tx: Tx,
  options: {
    readonly account: string
    readonly day: Day
    readonly journalName: string
    readonly charges?: readonly string[]
    readonly from?: Account
  },
): Promise<{ readonly account: string; readonly repaidFen: Fen; readonly leftFen: Fen }> {
  const { account, charges, from = CHANNEL } = options
  const [row] = await tx.get(accounts, [{ account }])
  requireData(row !== undefined, 'issuer.no-account', `no account ${account} here`)
  requireData(row.debtFen > 0, 'issuer.no-debt', `account ${account} owes nothing`)
  const owed = (await tx.select(rides, { account })).filter(
    ({ state, charge }) => state === 'advanced' && (charges?.includes(charge) ?? true),
  )
  await tx.put(
    rides,
    owed.map((ride): RideRow => ({ ...ride, state: 'repaid' })),
  )
  const keys = owed.map(({ charge }) => ({ charge }))
  // A correction may have lowered what is owed for a ride.
  const repaidFen = (await tx.get(advances, keys)).reduce(
    (sum, advance) => sum + (advance?.amountFen ?? 0),
    0,
  )
  await tx.remove(advances, keys)
  const leftFen = await lowerDebt(tx, row, repaidFen)
  await postEntries(tx, [
    entry(`repaid/${options.journalName}`, options.day, 'repaid', [
      { account: from, amountFen: repaidFen },
      { account: 'riders/debt', amountFen: -repaidFen },
    ]),
  ])
  return { account, repaidFen, leftFen }
}

/** Takes from an account's debt what its advances have lost already; returns what is left. */
export async function lowerDebt(tx: Tx, row: AccountRow, byFen: Fen): Promise<Fen> {
  const leftFen = row.debtFen - byFen
  const left = await tx.select(advances, { account: row.account })
  const arrearsSince = leftFen === 0 ? 0 : Math.min(...left.map(({ since }) => since))
  // A late ride may have reached an account whose contract had ended.
  const clear = row.contract === null ? 'withdrawn' : 'ready'
  const state = leftFen === 0 ? clear : row.state
  await tx.put(accounts, [{ ...row, state, debtFen: leftFen, arrearsSince }])
  return leftFen
}

function entry(id: string, day: Day, kind: string, postings: Entry['postings']): Entry {
  return {
    id,
    day,
    kind,
    postings: postings.filter(({ amountFen }) => amountFen !== 0),
    refs: {},
    textKey: `issuer.${kind}`,
  }
}

function hasPostings({ postings }: Entry): boolean {
  return postings.length > 0
}

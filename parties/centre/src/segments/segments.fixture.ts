import {
  canonicalJson,
  createMemoryRepository,
  createMemoryStorage,
  type Day,
  type Table,
  type Tx,
  utf8,
} from '@unifare/core'
import { ledgerTables } from '@unifare/ledger'
import { CHAIN_START, type Tap } from '@unifare/tap'
import { readConflicts } from '../cases/read-conflicts.ts'
import { openTestCentre, type TestGround } from '../centre.fixture.ts'
import { CARD, cardTap, chargeOf, ISSUER, OPERATOR, sendRefund } from '../clearing.fixture.ts'
import { codeTaps } from '../code.fixture.ts'
import { fileOrders } from '../files/file-order.ts'
import { nameOf, ride, uploadOf } from '../files/files.fixture.ts'
import { resultSplits } from '../files/result-splits.ts'
import { withVerdicts } from '../judged/judged-charges.ts'
import { heldCharges } from '../rules/held-table.ts'
import { settledMarks } from '../settled/settled-marks.ts'
import { windowDays, windows } from '../settling/tables.ts'
import type { StatementLine } from '../statement.ts'
import { loadStatements } from '../statement-pages.ts'
import { dayFigures, seenNames, totalFigures } from '../statistics/tables.ts'
import { cards, charges, corrections, days, orders, taps } from '../tables.ts'

export const DAYS = ['2026-11-20', '2026-11-21', '2026-11-22'] as const satisfies readonly Day[]
const MORNINGS = [0, 1, 2].map((day) => Date.UTC(2026, 10, 20 + day, 19, 5))

export type SegmentsNetwork = Awaited<ReturnType<typeof openTestCentre>>
type Options = Parameters<typeof openTestCentre>[0]

/** A centre whose members get files; it closes by segments where it is told so. */
export function openCentre(options: Options, ground?: TestGround): Promise<SegmentsNetwork> {
  const fileMembers = [
    { id: OPERATOR, roles: ['acquirer' as const] },
    { id: ISSUER, roles: ['issuer' as const] },
  ]
  return openTestCentre({ fileMembers, ...options }, ground)
}

/** A ground that outlives its centre. */
export function memoryGround() {
  return {
    storage: createMemoryStorage(),
    repository: createMemoryRepository(),
    chains: { taps: CHAIN_START, charges: CHAIN_START },
  }
}

/** What happens before each close. */
export type Script = readonly ((network: SegmentsNetwork) => Promise<unknown>)[]

/** What a network does before each of three closes: the same in every network. */
export async function scriptOf(): Promise<Script> {
  const debits = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map((sequence) =>
      cardTap({ sequence, amountFen: 100 * sequence, ...(sequence > 6 && { account: OTHER }) }),
    ),
  )
  // A terminal that counted twice: the serial of the first ride again, with good codes.
  const again = await cardTap({ sequence: 9, serial: 1, amountFen: 900 })
  const { taps, content } = await codeTaps(3)
  const codes = taps.map((tap) => ({ ...tap, sequence: tap.sequence + 100 }))
  const [first, second, third, fourth, fifth, sixth, seventh, eighth] = debits as Eight
  const [code, other, last] = codes as [Tap, Tap, Tap]
  const at = (day: number) => ({ tapDay: DAYS[day] as Day })
  return [
    async (network) => {
      await network.centre.command({ do: 'publish-issuer-keys', content })
      await network.taps([first, second])
      const entry = { medium: 'card', issuer: ISSUER, reason: 'lost', since: 0 } as const
      await network.deny(1, [{ ...entry, account: OTHER }])
      await network.taps([third, fourth], 1)
      await network.taps([code, other])
      await network.charges([
        chargeOf([first], { number: 1 }),
        chargeOf([second], { number: 2 }),
        chargeOf([third, fourth], { number: 3 }),
        // Its record comes a day late.
        chargeOf([fifth], { number: 4 }),
        chargeOf([code], { number: 5, amountFen: 600 }),
        chargeOf([other], { number: 6, amountFen: 9_000 }),
        chargeOf([sixth], { number: 7, ...at(1) }),
      ])
      await sendRefund(network, second)
    },
    async (network) => {
      await network.taps([fifth, sixth])
      await network.taps([seventh, eighth], 1)
      await network.taps([last])
      await network.charges([
        chargeOf([fifth], { number: 8, ...at(1) }),
        chargeOf([seventh], { number: 9, ...at(1) }),
        chargeOf([code], { number: 10, amountFen: 450, corrects: 5, ...at(1) }),
        chargeOf([other], { number: 11, amountFen: 900, corrects: 6, ...at(1) }),
        chargeOf([first], { number: 12, ...at(1) }),
        chargeOf([last], { number: 13, amountFen: 300, ...at(1) }),
      ])
    },
    async (network) => {
      await network.taps([again])
      await network.charges([
        chargeOf([code], { number: 14, amountFen: 200, corrects: 10, ...at(2) }),
        chargeOf([code], { number: 15, amountFen: 100, corrects: 5, ...at(2) }),
        chargeOf([last], { number: 16, amountFen: 500, corrects: 13, ...at(2) }),
        chargeOf([last], { number: 17, amountFen: 550, corrects: 16, ...at(2) }),
        chargeOf([eighth], { number: 18, test: true, ...at(2) }),
        chargeOf([again], { number: 19, ...at(2) }),
      ])
      // The same again, cut otherwise: it counts for nothing.
      await network.charges([chargeOf([fifth], { number: 8, ...at(1) })])
    },
  ]
}

/** An operator that brings files instead: a day, another with records that came before, and none. */
export async function fileScriptOf(): Promise<Script> {
  const filed = await Promise.all(
    [1, 2, 3, 4, 5].map((n) => ride(n, { ...(n > 3 && { account: OTHER }) })),
  )
  return [
    (network) => upload(network, 1, filed.slice(0, 4)),
    (network) => upload(network, 2, filed.slice(2)),
    async () => undefined,
  ]
}

type Eight = [Tap, Tap, Tap, Tap, Tap, Tap, Tap, Tap]
const OTHER = `${CARD.slice(0, -2)}25`

async function upload(network: SegmentsNetwork, sequence: number, rides: readonly Tap[]) {
  for (const order of fileOrders(nameOf(sequence), uploadOf(rides))) {
    await network.send(OPERATOR, 'order', utf8(canonicalJson(order)))
  }
}

/** Lets a day of a script happen, and closes it. */
export async function liveDay(network: SegmentsNetwork, script: Script, index: number) {
  network.clock.set(MORNINGS[index] as number)
  await script[index]?.(network)
  return network.close(DAYS[index] as Day)
}

/** Lets the days of a script happen, each with its close. */
export async function liveDays(network: SegmentsNetwork, script: Script) {
  const results: Awaited<ReturnType<typeof liveDay>>[] = []
  for (const index of script.keys()) results.push(await liveDay(network, script, index))
  return results
}

/** What others read of closed days; the order of lines and the root alone may be others. */
export async function readOutcome({
  centre,
  storage,
}: Pick<SegmentsNetwork, 'centre' | 'storage'>) {
  const tables: Record<string, readonly object[]> = {}
  for (const table of OUTPUTS) {
    tables[table.name] = await centre.read((tx) => tx.select(table, {}))
  }
  const closed = await centre.read((tx) => tx.select(days, {}))
  return {
    tables,
    days: closed.map(({ day, settledFen, positions, closedAt }) => ({
      day,
      settledFen,
      positions,
      closedAt,
    })),
    statements: await readStatements(centre),
    charges: await centre.read(judgedCharges),
    settled: await centre.read(async (tx) => settledMarks(tx, storage, await identitiesOf(tx))),
    conflicts: await centre.read((tx) => readConflicts(tx, storage)),
    files: await storage.list('TU'),
  }
}

/** Tables in which both ways of closing leave the same rows. */
const OUTPUTS = [
  orders,
  corrections,
  cards,
  windows,
  windowDays,
  heldCharges,
  dayFigures,
  totalFigures,
  seenNames,
  resultSplits,
  ledgerTables.entries,
  ledgerTables.balances,
] as unknown as readonly Table<Record<string, unknown>>[]

/** All charges with their verdicts. */
export async function judgedCharges(tx: Tx) {
  return withVerdicts(tx, await tx.select(charges, {}))
}

/** Everything that was delivered and can settle. */
async function identitiesOf(tx: Tx): Promise<readonly string[]> {
  const all = (await tx.select(taps, {})).map(({ identity }) => identity)
  return [...new Set(all)].filter((identity) => identity !== '').sort()
}

async function readStatements(centre: SegmentsNetwork['centre']) {
  return centre.read(async (tx) => {
    const all: unknown[] = []
    for (const { day } of await tx.select(days, {})) {
      for await (const { root: _root, lines, ...statement } of loadStatements(tx, day)) {
        all.push({ ...statement, lines: lines.toSorted(byName) })
      }
    }
    return all
  })
}

function byName(a: StatementLine, b: StatementLine): number {
  return nameOfLine(a) < nameOfLine(b) ? -1 : 1
}

function nameOfLine({ charge, side, entry }: StatementLine): string {
  return `${charge} ${side} ${entry ?? ''}`
}

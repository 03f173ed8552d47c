import { type Day, type Fen, requireData, type Tx } from '@unifare/core'
import { balances } from '@unifare/ledger'
import type { Position } from '../netting.ts'
import { days } from '../tables.ts'
import { settledPositions, type TierRules } from '../tiers/money.ts'
import { reserveAccounts } from './entries.ts'
import { sumPositions } from './instructions.ts'
import { type ReserveAccount, reserveAccount } from './reserve.ts'
import {
  type InstructionRow,
  instructions,
  reserves,
  type WindowDayRow,
  type WindowRow,
  windowDays,
  windowEvents,
  windows,
} from './tables.ts'
import type { SignedEvent } from './window-events.ts'

/** A window with everything that it settles. */
export interface WindowView extends WindowRow {
  readonly days: readonly (WindowDayRow & {
    readonly root: string
    readonly positions: readonly Position[]
  })[]
  /** Sums over its days. */
  readonly positions: readonly Position[]
  readonly instructions: readonly InstructionRow[]
  readonly events: readonly SignedEvent[]
}

/** Reads a window whole. Throws `window.unknown`. */
export async function readWindow(tx: Tx, window: string): Promise<WindowView> {
  const [row] = await tx.get(windows, [{ window }])
  requireData(row !== undefined, 'window.unknown', `no window ${window}`)
  const all = await readDays(tx, await tx.select(windowDays, { window }))
  return {
    ...row,
    days: all,
    positions: sumPositions(all.map(({ positions }) => positions)),
    instructions: await tx.select(instructions, { window }),
    events: (await tx.select(windowEvents, { window })).map(({ event, signature }) => ({
      event,
      signature,
    })),
  }
}

/** Days of windows with what they closed with. */
async function readDays(tx: Tx, own: readonly WindowDayRow[]): Promise<WindowView['days']> {
  const closed = await tx.get(
    days,
    own.map(({ day }) => ({ day })),
  )
  return own.map((one, index) => ({
    ...one,
    root: closed[index]?.root ?? '',
    positions: settledPositions(
      (closed[index]?.positions ?? []) as readonly Position[],
      (closed[index]?.rules as { readonly tiers?: TierRules } | undefined)?.tiers,
    ),
  }))
}

/** The last window in which a closed day stands. Throws `window.unknown`. */
export async function windowOfDay(tx: Tx, day: Day): Promise<string> {
  const rows = await tx.select(windowDays, { day })
  const found = await tx.get(
    windows,
    rows.map(({ window }) => ({ window })),
  )
  const current = found.findLast((row) => row?.state !== 'ABORTED')
  requireData(current !== undefined, 'window.unknown', `${day} stands in no window`)
  return current.window
}

/** What members owe, net, by windows that are open or closed; nothing where they are owed. */
async function owedByMembers(tx: Tx): Promise<ReadonlyMap<string, Fen>> {
  const nets = new Map<string, Fen>()
  for (const state of ['OPEN', 'CLOSED'] as const) {
    for (const { window } of await tx.select(windows, { state })) {
      const closed = await readDays(tx, await tx.select(windowDays, { window }))
      for (const { id, netFen } of closed.flatMap(({ positions }) => positions)) {
        nets.set(id, (nets.get(id) ?? 0) + netFen)
      }
    }
  }
  return new Map([...nets].map(([id, netFen]) => [id, Math.max(0, -netFen)]))
}

/** The reserve accounts of all members that have one. */
export async function readReserves(
  tx: Tx,
): Promise<readonly (ReserveAccount & { readonly suspended: boolean })[]> {
  const owed = await owedByMembers(tx)
  const money = await balances(tx, 'reserve')
  return (await tx.select(reserves, {})).map((row) => {
    const { member, depositFen, capFen, lowFen, suspended } = row
    const { available, payable } = reserveAccounts(member)
    const account = reserveAccount(
      { member, depositFen, capFen, lowFen },
      {
        // Money of members is the centre's debt: below zero in its books.
        availableFen: 0 - (money.get(available) ?? 0),
        payableFen: 0 - (money.get(payable) ?? 0),
        owedFen: owed.get(member) ?? 0,
      },
    )
    return { ...account, suspended }
  })
}

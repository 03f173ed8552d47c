import {
  ageDays,
  DIFFERENCE_KINDS,
  days,
  differenceKey,
  doubtFen,
  isOverdue,
  loadItems,
  type SuspenseItem,
} from '@unifare/centre'
import type { Day, Tx } from '@unifare/core'
import type { ReadParty } from './reading.ts'
import { SOURCES } from './sources.ts'

/** A suspense item as programs read it. */
export type ToldItem = ReturnType<typeof toldOf>

/** Suspense items 挂账 that the centre keeps; with `all` those that were closed, too. */
export async function readSuspense(party: ReadParty, { all }: { readonly all?: boolean }) {
  return { centre: party.centre, ...(await party.read((tx) => toldSuspense(tx, all === true))) }
}

/** Items on the last closed day, and that day; it is empty before the first one. */
export async function toldSuspense(tx: Tx, all: boolean) {
  const items = [...(await loadItems(tx, all ? 'all' : 'open')).values()]
  const day = (await tx.select(days, {})).at(-1)?.day ?? ''
  return { day, items: items.map((item) => toldOf(item, day)) }
}

function toldOf(item: SuspenseItem, day: Day) {
  const { text, todo, left, right, limitDays } = DIFFERENCE_KINDS[item.kind]
  const open = item.closedOn === ''
  return {
    key: differenceKey(item),
    ...item,
    left,
    right,
    leftText: SOURCES[left],
    rightText: SOURCES[right],
    doubtFen: doubtFen(item),
    ageDays: ageDays(item.since, open ? day : item.closedOn),
    limitDays,
    overdue: open && isOverdue(item, day),
    text,
    todo,
  }
}

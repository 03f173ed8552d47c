import type { CentreBoard } from '@unifare/console'
import { toldHeld } from './held.ts'
import type { ReadParty } from './reading.ts'
import { toldReserves } from './reserves.ts'
import { toldSuspense } from './suspense.ts'
import { toldWindows, viewsOf } from './windows.ts'

/** Windows that have ended and are shown still. */
const ENDED_SHOWN = 8

/** What a centre settles and what waits for somebody, from one moment: for its page. */
export async function readBoard(party: ReadParty, _question: object): Promise<CentreBoard> {
  const { views, ...rest } = await party.read(async (tx) => ({
    views: await viewsOf(tx, { recent: ENDED_SHOWN }),
    reserves: await toldReserves(tx),
    held: await toldHeld(tx, false),
    ...(await toldSuspense(tx, false)),
  }))
  return { centre: party.centre, windows: toldWindows(party, views), ...rest }
}

import { HELD_STATES, type HeldState, heldCharges, VERDICTS, type Verdict } from '@unifare/centre'
import type { Tx } from '@unifare/core'
import type { ReadParty } from './reading.ts'

/** Suspicious charges 可疑交易, as the last close left them; with `all` those decided, too. */
export async function readHeld(party: ReadParty, { all }: { readonly all?: boolean }) {
  return { centre: party.centre, held: await party.read((tx) => toldHeld(tx, all === true)) }
}

/** Held charges as programs read them. */
export async function toldHeld(tx: Tx, all: boolean) {
  const rows = await tx.select(heldCharges, all ? {} : { state: 'HELD' })
  return rows.map(({ operator, number, ...rest }) => ({
    charge: `${operator}-${number}`,
    ...rest,
    text: VERDICTS[rest.verdict as Verdict],
    stateText: HELD_STATES[rest.state as HeldState],
  }))
}

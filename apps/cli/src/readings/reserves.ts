import { readReserves as accountsOf, RESERVE_ALARMS } from '@unifare/centre'
import type { Tx } from '@unifare/core'
import type { ReadParty } from './reading.ts'

/** Reserve accounts 备付金 of all members that have one, with their alarms in words. */
export async function readReserves(party: ReadParty, _question: object) {
  return { centre: party.centre, reserves: await party.read(toldReserves) }
}

/** The accounts as programs read them. */
export async function toldReserves(tx: Tx) {
  return (await accountsOf(tx)).map((one) => ({
    ...one,
    alarms: one.alarms.map((alarm) => ({ alarm, text: RESERVE_ALARMS[alarm] })),
  }))
}

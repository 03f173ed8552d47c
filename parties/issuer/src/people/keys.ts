import { type Instant, requireData, type Tx } from '@unifare/core'
import { phoneDevices } from '../phone/tables.ts'
import { endedKeys } from './tables.ts'

/** Throws `issuer.key-ended` for a key whose account another phone took over. */
export async function requireLiveKey(tx: Tx, rider: string): Promise<void> {
  const [ended] = await tx.get(endedKeys, [{ rider }])
  if (ended === undefined) return
  const since = new Date(ended.endedAt).toISOString()
  requireData(false, 'issuer.key-ended', `another phone took the account over at ${since}`)
}

/** Keys that act for a rider: the first one, whose name the rider keeps, and those taken in. */
export async function keysOf(tx: Tx, owner: string): Promise<readonly string[]> {
  const [first] = await tx.get(endedKeys, [{ rider: owner }])
  const further = (await tx.select(phoneDevices, { owner })).map(({ rider }) => rider)
  return first === undefined ? [owner, ...further] : further
}

/**
 * Makes one key the only one that acts for a rider. The rider keeps the id of its first key, so
 * that accounts, cards and orders stay where they are.
 */
export async function leaveOneKey(
  tx: Tx,
  change: {
    readonly owner: string
    readonly key: string
    readonly at: Instant
    readonly codesUntilS: number
  },
): Promise<readonly string[]> {
  const { owner, key, at: endedAt, codesUntilS } = change
  const ended = (await keysOf(tx, owner)).filter((rider) => rider !== key)
  await tx.remove(
    phoneDevices,
    ended.map((rider) => ({ rider })),
  )
  await tx.put(
    endedKeys,
    ended.map((rider) => ({ rider, owner, endedAt, codesUntilS })),
  )
  await tx.remove(endedKeys, [{ rider: key }])
  if (key !== owner) await tx.put(phoneDevices, [{ rider: key, owner }])
  return ended
}

/** When the last code of a key that ended can be shown; 0 when none is left at an instant. */
export async function oldCodesUntil(tx: Tx, owner: string, at: Instant): Promise<Instant> {
  const ended = await tx.select(endedKeys, { owner })
  const until = Math.max(0, ...ended.map(({ codesUntilS }) => codesUntilS * 1000))
  return until > at ? until : 0
}

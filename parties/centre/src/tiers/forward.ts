import { businessDay, type Day, parseDay, type Tx } from '@unifare/core'
import type { Input } from '@unifare/institution'
import { type Charge, deliveryId, parseBatchHeader } from '@unifare/tap'
import { days } from '../tables.ts'
import { encodeForwarded, type Forwarded } from './envelope.ts'
import type { TierPlace } from './place.ts'
import { goneUp, type Routed } from './routing.ts'
import { tierBatches } from './tables.ts'

const EMPTY = new Uint8Array()
const DAY_MS = 86_400_000

/**
 * Keeps a message with taps until a charge that goes up names one of them; forwards it at once when
 * that charge came before it. A message is forwarded once, whole and as it came.
 */
export async function keepTaps(
  tx: Tx,
  place: TierPlace,
  { input, original }: { readonly input: Input } & Pick<Forwarded, 'original'>,
): Promise<void> {
  const { message, acceptedAt, send } = input
  const day = businessDay(acceptedAt)
  const parent = place.parentOn(day)
  if (parent === undefined) return
  const { terminal, first, end } = parseBatchHeader(original.body)
  const [known] = await tx.get(tierBatches, [{ terminal, first, end }])
  if (known !== undefined) return
  const named = Array.from({ length: end - first }, (_, index) => ({
    terminal,
    sequence: first + index,
  }))
  const forwarded = (await goneUp(tx, named)).size > 0
  if (forwarded) send(parent, 'tap-batch', encodeForwarded(message))
  const bytes = forwarded ? EMPTY : message.bytes
  await tx.put(tierBatches, [{ terminal, first, end, day, forwarded, bytes }])
}

/** Forwards what goes up of a message with charges: first the taps that came, then the message. */
export async function forwardCharges(
  tx: Tx,
  place: TierPlace,
  { input, routed }: { readonly input: Input; readonly routed: readonly Routed[] },
): Promise<void> {
  const { message, acceptedAt, send } = input
  const parent = place.parentOn(businessDay(acceptedAt))
  const above = routed.filter(({ up }) => up).map(({ charge }) => charge)
  if (parent === undefined || above.length === 0) return
  for (const bytes of await releaseTaps(tx, above)) {
    send(parent, 'tap-batch', encodeForwarded({ bytes }))
  }
  const numbers = above.map(({ number }) => number)
  send(parent, 'charge-batch', encodeForwarded(message, numbers))
}

/** Takes out the kept messages with taps of charges that go up. */
async function releaseTaps(tx: Tx, above: readonly Charge[]): Promise<Uint8Array[]> {
  const named = above.flatMap(({ taps }) => taps)
  const gone = await goneUp(tx, named)
  const wanted = new Map<string, number[]>()
  for (const tap of named) {
    if (!gone.has(deliveryId(tap))) continue
    wanted.set(tap.terminal, [...(wanted.get(tap.terminal) ?? []), tap.sequence])
  }
  const released: Uint8Array[] = []
  for (const [terminal, sequences] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const kept = (await tx.select(tierBatches, { terminal })).filter(
      ({ forwarded, first, end }) =>
        !forwarded && sequences.some((sequence) => first <= sequence && sequence < end),
    )
    released.push(...kept.map(({ bytes }) => bytes))
    await tx.put(
      tierBatches,
      kept.map((row) => ({ ...row, forwarded: true, bytes: EMPTY })),
    )
  }
  return released
}

/** Lets go of messages with taps that came on these days: too old for any charge. */
export async function dropOldTaps(
  tx: Tx,
  { from, before }: { readonly from: Day; readonly before: Day },
): Promise<void> {
  for (let day = from; day < before; day = dayAfter(day)) {
    const rows = await tx.select(tierBatches, { day })
    await tx.remove(
      tierBatches,
      rows.map(({ terminal, first, end }) => ({ terminal, first, end })),
    )
  }
}

/** First day that the close before a day still kept; the day itself where it is the first. */
export async function oldestBefore(tx: Tx, day: Day): Promise<Day> {
  const before = (await tx.select(days, {})).findLast((row) => row.day < day)
  return (before?.rules as { readonly oldestDay: Day } | undefined)?.oldestDay ?? day
}

function dayAfter(day: Day): Day {
  return new Date(parseDay(day) + DAY_MS).toISOString().slice(0, 10)
}

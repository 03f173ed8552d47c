import { toHex } from '@unifare/core'
import type { Charge } from './charge.ts'
import { deliveryId, mediumId, tapId } from './identity.ts'
import { reasonOf } from './reasons.ts'
import type { Tap } from './tap.ts'

/** A tap for people and for JSON: instants as ISO text, evidence as hexadecimal, names added. */
export function tapToJson(tap: Tap): Record<string, unknown> {
  const { evidence, at, entry, reason, ...rest } = tap
  return {
    tap: tapId(tap),
    delivery: deliveryId(tap),
    identity: tap.medium === 'none' ? null : mediumId(tap),
    ...rest,
    at: new Date(at).toISOString(),
    entry: entry === null ? null : { ...entry, at: new Date(entry.at).toISOString() },
    reason: reason === 0 ? null : (reasonOf(reason) ?? reason),
    evidence: toHex(evidence),
  }
}

/** A charge for people and for JSON. */
export function chargeToJson(charge: Charge): Record<string, unknown> {
  return {
    charge: `${charge.operator}-${charge.number}`,
    ...charge,
    startAt: new Date(charge.startAt).toISOString(),
    endAt: new Date(charge.endAt).toISOString(),
  }
}

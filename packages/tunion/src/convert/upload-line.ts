import type { CardEvidence } from '@unifare/card'
import { type Instant, instantFromDigits, TIME_QUALITY, toHex, UnifareError } from '@unifare/core'
import { FLAGS, MONEY_KINDS, TAP_KINDS, type Tap } from '@unifare/tap'
import type { RecordOfKind } from '../read-file.ts'
import { type Misfit, misfit } from './answer.ts'
import { evidenceOf, keyOf } from './card-evidence.ts'
import { channels, MCC, organisations, txTypes } from './numbers.ts'
import { uploadObjects } from './upload-objects.ts'

/** A line of an upload file. */
export type UploadLine = RecordOfKind<'UP'>

/**
 * The line of a card tap: nothing of it is lost, and it comes back byte for byte. Refused is what
 * has no place: codes and unread media, evidence that is missing or says otherwise than the record.
 * `denyVersion` is that of the deny list which the terminal held, as its batch tells; 0 for none.
 */
export function uploadLineOf(
  tap: Tap,
  denyVersion = 0,
): { readonly ok: true; readonly line: UploadLine } | Misfit {
  if (!MONEY_KINDS.has(tap.kind)) return misfit('tunion.unknown-type', 'objects')
  const found = evidenceOf(tap)
  if (!found.ok) return found
  const { evidence } = found
  const txType = txTypes.code(String(evidence.type) as '6' | '9')
  if (txType === '') return misfit('tunion.unknown-type', 'txType')
  const at = timeOf(evidence)
  if (at === undefined) return misfit('tunion.bad-time', 'at')
  const objects = objectsOf(tap, { evidence, at })
  if (objects === undefined) return misfit('tunion.bad-tlv', 'objects')
  return {
    ok: true,
    line: {
      acquirerSerial: String(tap.sequence).padStart(12, '0'),
      issuer: tap.issuer,
      acquirer: tap.operator,
      card: tap.account,
      counter: tap.counter,
      balanceBeforeFen: tap.balanceFen + tap.amountFen,
      amountFen: tap.amountFen,
      at,
      terminal: tap.terminal,
      terminalSerial: String(tap.serial).padStart(10, '0'),
      txType,
      mcc: MCC[tap.mode],
      channel: channels.code(tap.mode),
      tac: toHex(evidence.tac),
      keyVersion: byteHex(evidence.keyVersion),
      keyIndex: byteHex(evidence.keyIndex),
      random: toHex(evidence.random),
      algorithm: byteHex(evidence.algorithm),
      cardOrganisation: organisations.code(evidence.scheme ?? 'mot'),
      test: (tap.flags & FLAGS.test) !== 0,
      denyVersion,
      objects,
    },
  }
}

/** Time of the transaction on the card, which its TAC covers. */
export function timeOf({ date, time }: Pick<CardEvidence, 'date' | 'time'>): Instant | undefined {
  try {
    return instantFromDigits(date + time)
  } catch (error) {
    if (error instanceof UnifareError) return undefined
    throw error
  }
}

function objectsOf(
  tap: Tap,
  { evidence, at }: { readonly evidence: CardEvidence; readonly at: Instant },
): UploadLine['objects'] | undefined {
  const { scheme, use, index, version, algorithm } = tap.key
  const implied = keyOf(evidence)
  const sameKey =
    implied.scheme === scheme &&
    implied.use === use &&
    implied.index === index &&
    implied.version === version &&
    implied.algorithm === algorithm
  try {
    return uploadObjects.write({
      ...tap,
      kind: TAP_KINDS[tap.kind],
      mac2: evidence.mac2,
      issuerId: evidence.issuerId,
      recordedAt: tap.at === at ? 0 : tap.at,
      timeQuality: TIME_QUALITY.indexOf(tap.timeQuality),
      flags: tap.flags & ~FLAGS.test,
      entryCity: tap.entry?.city ?? '0000',
      entryLine: tap.entry?.line ?? 0,
      entryStation: tap.entry?.station ?? 0,
      entryAt: tap.entry?.at ?? 0,
      otherKey: sameKey ? 0 : 1,
      key: sameKey ? new Uint8Array(5) : Uint8Array.of(scheme, use, index, version, algorithm),
    })
  } catch (error) {
    if (error instanceof UnifareError) return undefined
    throw error
  }
}

function byteHex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

import { type CardEvidence, encodeEvidence } from '@unifare/card'
import { equalBytes, fromHex, shanghaiDigits, TIME_QUALITY, UnifareError } from '@unifare/core'
import {
  encodeTap,
  FLAGS,
  MONEY_KINDS,
  TAP_KINDS,
  TAP_VERSION,
  type Tap,
  type TapKind,
} from '@unifare/tap'
import type { FieldObject } from '../objects.ts'
import { type Misfit, misfit } from './answer.ts'
import { keyOf } from './card-evidence.ts'
import { channels, MCC, organisations, txTypes } from './numbers.ts'
import { type UploadLine, uploadLineOf } from './upload-line.ts'
import { uploadObjects } from './upload-objects.ts'

const kinds: ReadonlyMap<number, TapKind> = new Map(
  Object.entries(TAP_KINDS).map(([kind, code]) => [code, kind as TapKind]),
)
/** Largest counter that a card's INIT answers, plus one. */
const COUNTER_MAX = 0x10000
const U32_MAX = 0xffff_ffff

type Values = Extract<ReturnType<typeof uploadObjects.read>, { ok: true }>['values']

/**
 * The tap of an upload line, with evidence that verifies as the terminal's own would. Nothing is
 * guessed: a code that is not known, an object that is missing, or fields that contradict each
 * other refuse the line with the field's name.
 */
export function tapOfUploadLine(
  line: UploadLine,
): { readonly ok: true; readonly tap: Tap } | Misfit {
  const mode = channels.word(line.channel)
  if (mode === undefined) return misfit('tunion.unknown-channel', 'channel')
  if (line.mcc !== MCC[mode]) return misfit('tunion.disagrees', 'mcc')
  const type = txTypes.word(line.txType)
  if (type === undefined) return misfit('tunion.unknown-type', 'txType')
  const scheme = organisations.word(line.cardOrganisation)
  if (scheme === undefined) return misfit('tunion.unknown-type', 'cardOrganisation')
  const sequence = Number(line.acquirerSerial)
  if (sequence > U32_MAX) return misfit('tunion.does-not-fit', 'acquirerSerial')
  const serial = Number(line.terminalSerial)
  if (serial > U32_MAX) return misfit('tunion.does-not-fit', 'terminalSerial')
  const balanceFen = line.balanceBeforeFen - line.amountFen
  if (balanceFen < 0) return misfit('tunion.disagrees', 'balanceBeforeFen')
  if (line.balanceBeforeFen > U32_MAX) return misfit('tunion.does-not-fit', 'balanceBeforeFen')
  if (line.counter < 1 || line.counter > COUNTER_MAX)
    return misfit('tunion.does-not-fit', 'counter')
  if (!/^\d{19}$/.test(line.card)) return misfit('tunion.bad-code', 'card')
  const objects = uploadObjects.read(line.objects, 'objects')
  if (!objects.ok) return objects
  const { values } = objects
  if (!values.issuerId.startsWith(line.issuer)) return misfit('tunion.disagrees', 'issuer')
  const digits = shanghaiDigits(line.at)
  const evidence: CardEvidence = {
    ...(scheme === 'mot' ? {} : { scheme }),
    type: Number(type),
    amountFen: line.amountFen,
    terminal: line.terminal,
    terminalSerial: serial,
    date: digits.slice(0, 8),
    time: digits.slice(8),
    tac: fromHex(line.tac),
    mac2: values.mac2,
    random: fromHex(line.random),
    offlineNumber: line.counter - 1,
    keyIndex: Number.parseInt(line.keyIndex, 16),
    keyVersion: Number.parseInt(line.keyVersion, 16),
    algorithm: Number.parseInt(line.algorithm, 16),
    issuerId: values.issuerId,
    applicationSerial: `0${line.card}`,
    balanceAfterFen: balanceFen,
  }
  return tapWith(line, { values, evidence, mode, sequence })
}

function tapWith(
  line: UploadLine,
  {
    values,
    evidence,
    mode,
    sequence,
  }: {
    readonly values: Values
    readonly evidence: CardEvidence
    readonly mode: Tap['mode']
    readonly sequence: number
  },
): { readonly ok: true; readonly tap: Tap } | Misfit {
  const kind = kinds.get(values.kind)
  if (kind === undefined || !MONEY_KINDS.has(kind)) return misfit('tunion.unknown-type', 'objects')
  const timeQuality = TIME_QUALITY[values.timeQuality]
  if (timeQuality === undefined || (values.flags & FLAGS.test) !== 0) {
    return misfit('tunion.bad-tlv', 'objects')
  }
  try {
    const tap: Tap = {
      version: TAP_VERSION,
      kind,
      terminal: line.terminal,
      sequence,
      at: values.recordedAt === 0 ? line.at : values.recordedAt,
      timeQuality,
      mode,
      operator: line.acquirer,
      city: values.city,
      line: values.line,
      station: values.station,
      vehicle: values.vehicle,
      medium: 'card',
      issuer: line.issuer,
      account: line.card,
      counter: line.counter,
      amountFen: line.amountFen,
      balanceFen: evidence.balanceAfterFen,
      key: values.otherKey === 0 ? keyOf(evidence) : otherKey(values.key),
      flags: values.flags | (line.test ? FLAGS.test : 0),
      reason: values.reason,
      refersTo: values.refersTo,
      tariffVersion: values.tariffVersion,
      entry:
        values.entryAt === 0
          ? null
          : {
              city: values.entryCity,
              line: values.entryLine,
              station: values.entryStation,
              at: values.entryAt,
            },
      distanceM: values.distanceM,
      durationS: values.durationS,
      serial: evidence.terminalSerial,
      evidence: encodeEvidence(evidence),
    }
    // The rules of our own record hold for what comes in by file, too.
    encodeTap(tap)
    // One form for one meaning: what we would not write for this tap might mean something else.
    const again = uploadLineOf(tap, line.denyVersion)
    const same = again.ok && sameObjects(again.line.objects, line.objects)
    return same ? { ok: true, tap } : misfit('tunion.bad-tlv', 'objects')
  } catch (error) {
    if (error instanceof UnifareError) return misfit('tunion.does-not-fit', 'objects')
    throw error
  }
}

function sameObjects(one: UploadLine['objects'], other: UploadLine['objects']): boolean {
  const same = ({ tag, value }: FieldObject, object: FieldObject | undefined) =>
    object?.tag === tag && equalBytes(object.value, value)
  return one.length === other.length && one.every((object, i) => same(object, other[i]))
}

function otherKey(bytes: Uint8Array): Tap['key'] {
  const [scheme = 0, use = 0, index = 0, version = 0, algorithm = 0] = bytes
  return { scheme, use, index, version, algorithm }
}

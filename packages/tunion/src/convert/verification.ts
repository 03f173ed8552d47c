import type { CardEvidence } from '@unifare/card'
import { fromHex, shanghaiDigits, toHex } from '@unifare/core'
import type { RecordOfKind } from '../read-file.ts'
import { type Misfit, misfit } from './answer.ts'
import { txTypes } from './numbers.ts'
import { defineObjects } from './object-table.ts'

/** Key system by its number in the objects; 0, left out, is T-Union's. */
const SCHEMES = ['mot', 'mohurd'] as const

const verification = defineObjects([
  { tag: 0xdf01, required: true, fields: { terminal: [0, 'digits', 6] } },
  { tag: 0xdf02, required: true, fields: { terminalSerial: [0, 'u32'] } },
  { tag: 0xdf03, required: true, fields: { tac: [0, 'hex', 4] } },
  { tag: 0xdf04, required: true, fields: { mac2: [0, 'hex', 4] } },
  { tag: 0xdf05, required: true, fields: { random: [0, 'hex', 4] } },
  { tag: 0xdf06, required: true, fields: { keyIndex: [0, 'u8'], keyVersion: [1, 'u8'] } },
  { tag: 0xdf07, required: true, fields: { issuerId: [0, 'hex', 8] } },
  { tag: 0xdf08, required: false, fields: { scheme: [0, 'u8'] } },
])

/** The TLV field of a CL record: what TAC and MAC2 cover or need, beside the fixed fields. */
export function verificationOf(evidence: CardEvidence): RecordOfKind<'CL'>['verification'] {
  return verification.write({
    ...evidence,
    tac: toHex(evidence.tac),
    mac2: toHex(evidence.mac2),
    random: toHex(evidence.random),
    scheme: SCHEMES.indexOf(evidence.scheme ?? 'mot'),
  })
}

/**
 * Evidence out of a CL record alone, so that the issuer computes the TAC again with its own keys
 * and trusts nobody's word.
 */
export function evidenceOfCl(
  record: RecordOfKind<'CL'>,
): { readonly ok: true; readonly evidence: CardEvidence } | Misfit {
  const read = verification.read(record.verification, 'verification')
  if (!read.ok) return read
  const { tac, mac2, random, scheme: number, ...told } = read.values
  const scheme = SCHEMES[number]
  const type = txTypes.word(record.txType)
  if (type === undefined) return misfit('tunion.unknown-type', 'txType')
  if (scheme === undefined) return misfit('tunion.bad-tlv', 'verification')
  const digits = shanghaiDigits(record.at)
  return {
    ok: true,
    evidence: {
      ...told,
      ...(scheme === 'mot' ? {} : { scheme }),
      type: Number(type),
      amountFen: record.amountFen,
      date: digits.slice(0, 8),
      time: digits.slice(8),
      tac: fromHex(tac),
      mac2: fromHex(mac2),
      random: fromHex(random),
      offlineNumber: record.counter - 1,
      algorithm: Number.parseInt(record.algorithm, 16),
      applicationSerial: `0${record.card}`,
      balanceAfterFen: record.balanceBeforeFen - record.amountFen,
    },
  }
}

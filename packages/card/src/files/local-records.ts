import { type Decoded, recordLayout } from './record-layout.ts'

/**
 * Lengths of the nine records of EF 19, the issuer's own records of variable length, on the cards
 * of one source; other issuers choose others (reference card 2.7).
 */
const RECORD_BYTES = [48, 32, 32, 64, 16, 16, 32, 32, 48]
const HEAD_BYTES = 2

/** Records of EF 19 as personalisation leaves them: number, length of the rest, not locked. */
export function emptyLocalRecords(): readonly Uint8Array[] {
  return RECORD_BYTES.map((bytes, index) => {
    const record = new Uint8Array(bytes)
    record.set([index + 1, bytes - HEAD_BYTES])
    return record
  })
}

/**
 * Record 1 of EF 19 on cards of Guangzhou and Foshan, `01 2E ..`: rides of the month, on which
 * their discounts rest (reference card 2.7). The unit of the sums is not told.
 */
export const guangfoMonthLayout = recordLayout(48, {
  number: [0, 'u8'],
  length: [1, 'u8'],
  /** Two digits of the year, then of the month. */
  year: [3, 'hex', 1],
  month: [4, 'hex', 1],
  metroRides: [6, 'u8'],
  rides: [7, 'u8'],
  metroSum: [10, 'u16'],
  sum: [12, 'u16'],
})
export type GuangfoMonth = Decoded<typeof guangfoMonthLayout.fields>

/** Which records of EF 19 are known, by city of the issuer and record number. */
const KNOWN = {
  '5810-1': guangfoMonthLayout,
  '5880-1': guangfoMonthLayout,
} as const satisfies Record<string, typeof guangfoMonthLayout>

/** A record of EF 19: its fields where the city's shape is known, its bytes always. */
export interface LocalRecord {
  readonly number: number
  readonly raw: Uint8Array
  readonly month: GuangfoMonth | null
}

/**
 * Reads a record of EF 19. A shape counts as known only when the city is one that writes it and
 * its first two bytes say so.
 */
export function decodeLocal(
  raw: Uint8Array,
  where: { readonly city: string; readonly number: number },
): LocalRecord {
  const { city, number } = where
  const key = `${city}-${number}`
  const layout = isKnown(key) ? KNOWN[key] : undefined
  const fits = raw[0] === 0x01 && raw[1] === 0x2e
  return { number, raw, month: layout && fits ? layout.decode(raw) : null }
}

function isKnown(key: string): key is keyof typeof KNOWN {
  return Object.hasOwn(KNOWN, key)
}

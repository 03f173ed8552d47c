import { type Decoded, recordLayout } from './record-layout.ts'

/**
 * EF 15 of a city-union purse (住建部城市一卡通), 30 bytes (reference card 2.7). Other file, other
 * order than T-Union's.
 */
export const cityUnionInfoLayout = recordLayout(30, {
  issuer: [0, 'hex', 2],
  city: [2, 'hex', 2],
  algorithm: [4, 'u8'],
  industry: [5, 'u8'],
  reserved: [6, 'hex', 2],
  /** 01 enabled. */
  enabledFlag: [8, 'u8'],
  version: [9, 'u8'],
  interoperability: [10, 'u16'],
  /** Card serial, 16 digits. */
  serial: [12, 'hex', 8],
  validFrom: [20, 'hex', 4],
  validTo: [24, 'hex', 4],
  issuerData: [28, 'hex', 2],
})
export type CityUnionInfo = Decoded<typeof cityUnionInfoLayout.fields>

/** SFI of the composite records of a city-union purse: UPDATE CAPP DATA CACHE writes `80 DC nn B8`. */
export const CITY_UNION_COMPOSITE_SFI = 0x17

/** A composite record: number, length 2E, lock, 45 bytes of the acceptor (reference card 2.7). */
export const cityUnionRecordLayout = recordLayout(48, {
  number: [0, 'u8'],
  length: [1, 'u8'],
  lock: [2, 'u8'],
  content: [3, 'bytes', 45],
})
export type CityUnionRecord = Decoded<typeof cityUnionRecordLayout.fields>

/** A composite record as personalisation leaves it. */
export function emptyCityUnionRecord(number: number): Uint8Array {
  return cityUnionRecordLayout.encode({ number, length: 0x2e })
}

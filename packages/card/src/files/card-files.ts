import { type Decoded, recordLayout } from './record-layout.ts'

/** Short file identifiers of the purse application (reference card 2). */
export const SFI = {
  publicInfo: 0x15,
  managementInfo: 0x17,
  log: 0x18,
  composite: 0x1a,
  trips: 0x1e,
} as const

/** EF 15, public application information, 30 bytes (reference card 2.1). */
export const publicInfoLayout = recordLayout(30, [
  /** 8-digit institution code and FFFFFFFF; as stored it is a diversification factor. */
  ['issuerId', 0, 8, 'hex'],
  /** 02 is the electronic purse, 03 purse and deposit. */
  ['applicationType', 8, 1, 'number'],
  /** 01 enabled. */
  ['enabledFlag', 9, 1, 'number'],
  /** Nibble 0 and the 19-digit card number. */
  ['applicationSerial', 10, 10, 'hex'],
  ['validFrom', 20, 4, 'hex'],
  ['validTo', 24, 4, 'hex'],
  ['issuerData', 28, 2, 'hex'],
])
export type PublicInfo = Decoded<typeof publicInfoLayout.fields>

/** EF 17, management information, 60 bytes (reference card 2.3). */
export const managementInfoLayout = recordLayout(60, [
  ['country', 0, 4, 'hex'],
  ['province', 4, 2, 'hex'],
  ['city', 6, 2, 'hex'],
  /** 0001: usable in other cities. */
  ['interoperability', 8, 2, 'number'],
  /** 01 ordinary, 02 student, 03 senior, 04 test, 05 military. */
  ['cardKind', 10, 1, 'number'],
  ['reserved', 11, 49, 'bytes'],
])
export type ManagementInfo = Decoded<typeof managementInfoLayout.fields>

/** Transaction types of EF 18, INIT and TAC (reference card 2.4). */
export const TRANSACTION = { load: 0x02, purchase: 0x06, compositePurchase: 0x09 } as const

/** EF 18, one record of the cyclic transaction log, 23 bytes (reference card 2.4). */
export const logLayout = recordLayout(23, [
  /** The purchase counter after the transaction: INIT number + 1. Loads count separately. */
  ['number', 0, 2, 'number'],
  ['overdraft', 2, 3, 'number'],
  ['amountFen', 5, 4, 'number'],
  ['type', 9, 1, 'number'],
  ['terminal', 10, 6, 'hex'],
  ['date', 16, 4, 'hex'],
  ['time', 20, 3, 'hex'],
])
export type LogEntry = Decoded<typeof logLayout.fields>

/** True for a record that was never written: all 00 or all FF. */
export function isEmptyRecord(record: Uint8Array): boolean {
  return record.every((byte) => byte === 0x00) || record.every((byte) => byte === 0xff)
}

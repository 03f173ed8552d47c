import { type Decoded, recordLayout } from './record-layout.ts'

/** Short file identifiers of the purse application (reference card 2). */
export const SFI = {
  publicInfo: 0x15,
  holder: 0x16,
  managementInfo: 0x17,
  log: 0x18,
  local: 0x19,
  composite: 0x1a,
  trips: 0x1e,
} as const

/** EF 15, public application information, 30 bytes (reference card 2.1). */
export const publicInfoLayout = recordLayout(30, {
  /** 8-digit institution code and FFFFFFFF; as stored it is a diversification factor. */
  issuerId: [0, 'hex', 8],
  /** 02 is the electronic purse, 03 purse and deposit. */
  applicationType: [8, 'u8'],
  /** 01 enabled. */
  enabledFlag: [9, 'u8'],
  /** Nibble 0 and the 19-digit card number. */
  applicationSerial: [10, 'hex', 10],
  validFrom: [20, 'hex', 4],
  validTo: [24, 'hex', 4],
  issuerData: [28, 'hex', 2],
})
export type PublicInfo = Decoded<typeof publicInfoLayout.fields>

/** EF 17, management information, 60 bytes (reference card 2.3). */
export const managementInfoLayout = recordLayout(60, {
  country: [0, 'hex', 4],
  province: [4, 'hex', 2],
  city: [6, 'hex', 2],
  /** 0001: usable in other cities. */
  interoperability: [8, 'u16'],
  /** 01 ordinary, 02 student, 03 senior, 04 test, 05 military. */
  cardKind: [10, 'u8'],
  reserved: [11, 'bytes', 49],
})
export type ManagementInfo = Decoded<typeof managementInfoLayout.fields>

/** Transaction types of EF 18, INIT and TAC (reference card 2.4). */
export const TRANSACTION = { load: 0x02, purchase: 0x06, compositePurchase: 0x09 } as const

/** EF 18, one record of the cyclic transaction log, 23 bytes (reference card 2.4). */
export const logLayout = recordLayout(23, {
  /** The purchase counter after the transaction: INIT number + 1. Loads count separately. */
  number: [0, 'u16'],
  overdraft: [2, 'u24'],
  amountFen: [5, 'u32'],
  type: [9, 'u8'],
  terminal: [10, 'hex', 6],
  date: [16, 'hex', 4],
  time: [20, 'hex', 3],
})
export type LogEntry = Decoded<typeof logLayout.fields>

/** True for a record that was never written: all 00 or all FF. */
export function isEmptyRecord(record: Uint8Array): boolean {
  return record.every((byte) => byte === 0x00) || record.every((byte) => byte === 0xff)
}

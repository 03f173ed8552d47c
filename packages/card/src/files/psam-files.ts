import { type Decoded, recordLayout } from './record-layout.ts'

/** EF 15 of the master file of a PSAM: card information, 14 bytes. The split is OURS. */
export const psamInfoLayout = recordLayout(14, {
  number: [0, 'hex', 8],
  version: [8, 'u8'],
  /** 00 symmetric keys of one national level. */
  keyType: [9, 'u8'],
  reserved: [10, 'bytes', 4],
})
export type PsamInfo = Decoded<typeof psamInfoLayout.fields>

/** EF 17 of the PSAM's purse application, 25 bytes (reference card 2.7). */
export const psamApplicationLayout = recordLayout(25, {
  /** Index of the purchase key that INIT on the card names. */
  keyIndex: [0, 'u8'],
  issuer: [1, 'hex', 8],
  receiver: [9, 'hex', 8],
  validFrom: [17, 'hex', 4],
  validTo: [21, 'hex', 4],
})
export type PsamApplication = Decoded<typeof psamApplicationLayout.fields>

import { type Decoded, recordLayout } from './record-layout.ts'

/** DF11 in the FCI of the electronic-cash face: the issuer's data, 32 bytes (reference card 1). */
export const cashInfoLayout = recordLayout(32, {
  issuerId: [0, 'hex', 8],
  enabledFlag: [8, 'u8'],
  /** 19 digits and F. */
  pan: [9, 'hex', 10],
  /** The same list as in EF 17. */
  cardKind: [19, 'u8'],
  /** 01 on every card seen. */
  constant: [20, 'u8'],
  country: [21, 'hex', 4],
  province: [25, 'hex', 2],
  city: [27, 'hex', 2],
  interoperability: [29, 'u16'],
  reserved: [31, 'hex', 1],
})
export type CashInfo = Decoded<typeof cashInfoLayout.fields>

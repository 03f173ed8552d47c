import { type Decoded, recordLayout } from './record-layout.ts'

/** EF 16, the holder, 55 bytes (reference card 2.2). */
export const holderLayout = recordLayout(55, {
  cardType: [0, 'u8'],
  staffFlag: [1, 'u8'],
  /** Its character set is not told. */
  name: [2, 'bytes', 20],
  idNumber: [22, 'latin1', 32],
  idType: [54, 'u8'],
})
export type Holder = Decoded<typeof holderLayout.fields>

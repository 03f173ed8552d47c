import { type Decoded, recordLayout } from './record-layout.ts'

/** Kinds of record file at personalisation. */
export const FILE_KIND = { variable: 0x01, cyclic: 0x02 } as const

/** One file in DGI A001 of the personalisation data, 7 bytes (reference card 2.7). */
export const fileConfigurationLayout = recordLayout(7, {
  sfi: [0, 'u8'],
  kind: [1, 'u8'],
  readFlag: [2, 'u8'],
  writeFlag: [3, 'u8'],
  recordBytes: [4, 'u8'],
  /** Records of a cyclic file and bytes of one, or the size of the file. */
  size: [5, 'u16'],
})
export type FileConfiguration = Decoded<typeof fileConfigurationLayout.fields>

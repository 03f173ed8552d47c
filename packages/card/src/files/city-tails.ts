import { COMPOSITE_BYTES } from './composite-records.ts'
import { type Decoded, recordLayout } from './record-layout.ts'

/**
 * What Shanghai keeps in the reserved bytes of record 2701 (reference card 2.6). The CRC-32 covers
 * bytes 6 to 123.
 */
export const shanghaiRailTail = recordLayout(COMPOSITE_BYTES, {
  lastTime: [99, 'hex', 7],
  lastDevice: [106, 'hex', 4],
  sum: [110, 'u24'],
  count: [113, 'u16'],
  transfer: [115, 'hex', 5],
  entryFlag: [120, 'hex', 1],
  exitFlag: [121, 'hex', 1],
  /** 55 inside, 66 outside. */
  inside: [122, 'hex', 1],
  crc32: [124, 'hex', 4],
})
export type ShanghaiRailTail = Decoded<typeof shanghaiRailTail.fields>

/** What the Zibo validators keep in the reserved bytes of record 2702 (reference card 2.6). */
export const ziboBusTail = recordLayout(COMPOSITE_BYTES, {
  line: [102, 'u8'],
  driver: [103, 'hex', 3],
  /** Price before the discount. */
  fullPriceFen: [106, 'u16'],
})
export type ZiboBusTail = Decoded<typeof ziboBusTail.fields>

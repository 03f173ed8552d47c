import { defineTable } from '../layout.ts'

/** BP: a member's position of the day. Always one record, of zeros on an empty day. Record 180. */
export const bp = defineTable([
  ['receivableFen', 18, 'fen', 'confirmed', 'receives', '应收金额'],
  ['payableFen', 18, 'fen', 'confirmed', 'pays', '应付金额'],
  ['reservedAmounts', 36, 'spare', 'confirmed', 'reserved', '保留'],
  ['netFen', 18, 'fen', 'confirmed', 'net, without sign', '净额'],
  ['reservedKind', 4, 'spare', 'confirmed', 'reserved', '保留'],
  ['sign', 1, 'digits', 'confirmed', '0 receives; 1 pays (ours)', '收付标志'],
  ['reserve', 83, 'spare', 'reconstructed', 'fill', '填充'],
])

import { defineTable } from '../layout.ts'
import { TRANSACTION } from './transaction.ts'

/** FB: settlement feedback to the acquirer, a line an uploaded transaction. */
export const fb = defineTable([
  ...TRANSACTION,
  ['reserve', 40, 'spare', 'confirmed', 'reserve', '保留'],
])

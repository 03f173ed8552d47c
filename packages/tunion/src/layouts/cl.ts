import { defineTable } from '../layout.ts'
import { TRANSACTION } from './transaction.ts'

/** CL: clearing detail to the issuer, with what it needs to compute the TAC again. */
export const cl = defineTable([
  ...TRANSACTION,
  ['acquirerCode', 11, 'code', 'confirmed', 'code of the acquirer', '收单机构代码'],
  ['balanceType', 1, 'digits', 'confirmed', '0 purse, 1 electronic cash', '余额类型'],
  ['algorithm', 2, 'hex', 'confirmed', '00 triple DES, 04 SM4', '算法标识'],
  ['verification', 200, 'objects', 'ours', 'data under TAC and MAC2', '验证数据 TLV'],
  ['reserve', 40, 'spare', 'reconstructed', 'reserve', '保留'],
])

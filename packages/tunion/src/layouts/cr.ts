import { defineTable } from '../layout.ts'

/** CR: statistics by parties, business type, adjust flag and code of the verdict. Record 216. */
export const cr = defineTable([
  ['acquirer', 11, 'code', 'reconstructed', 'acquirer', '收单机构标识'],
  ['clearing', 11, 'code', 'reconstructed', 'clearing body', '清分机构标识'],
  ['issuer', 11, 'code', 'reconstructed', 'issuer', '发卡机构标识'],
  ['sender', 11, 'code', 'reconstructed', 'sender', '发送机构标识'],
  ['businessType', 4, 'digits', 'confirmed', 'type of business', '业务类型'],
  ['adjust', 1, 'flag', 'reconstructed', 'adjustment', '调整标志'],
  ['errorCode', 6, 'digits', 'reconstructed', 'code of the verdict', '错误代码'],
  ['count', 18, 'count', 'confirmed', 'number', '笔数'],
  ['amountFen', 18, 'fen', 'confirmed', 'amount', '金额'],
  ['acquirerFen', 18, 'fen', 'confirmed', "acquirer's share", '收单方分成'],
  ['disputeFen', 18, 'fen', 'confirmed', 'dispute fee', '差错费'],
  ['issuerFen', 18, 'fen', 'confirmed', "issuer's share", '发卡方分成'],
  ['centreFen', 18, 'fen', 'confirmed', "centre's share", '清分方分成'],
  ['test', 1, 'flag', 'reconstructed', 'test flag', '测试标志'],
  ['reserve', 50, 'spare', 'reconstructed', 'reserve', '保留'],
])

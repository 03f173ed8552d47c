import { defineTable } from '../layout.ts'

/** CM: the answer to a case, to its originator. Record 160. */
export const cm = defineTable([
  ['centreSerial', 12, 'digits', 'reconstructed', 'original serial at the centre', '原清分流水号'],
  [
    'acquirerSerial',
    12,
    'digits',
    'reconstructed',
    'original serial at the acquirer',
    '原收单流水号',
  ],
  ['adjustType', 2, 'digits', 'reconstructed', 'type of adjustment', '调整类型'],
  ['errorType', 2, 'digits', 'reconstructed', 'type of error', '差错类型'],
  ['response', 2, 'digits', 'confirmed', 'response', '应答码'],
  ['card', 20, 'code', 'reconstructed', 'card number', '卡号'],
  ['counter', 6, 'count', 'reconstructed', "the card's counter", '卡交易计数器'],
  ['adjustedFen', 12, 'fen', 'reconstructed', 'adjusted amount', '调整后金额'],
  ['at', 14, 'time', 'reconstructed', 'date and time', '交易日期时间'],
  ['cause', 4, 'digits', 'reconstructed', 'code of the cause', '原因代码'],
  ['originator', 11, 'code', 'reconstructed', 'originator', '发起机构'],
  ['confirmer', 11, 'code', 'reconstructed', 'confirmer', '确认机构'],
  ['issuer', 11, 'code', 'reconstructed', 'issuer', '发卡机构标识'],
  ['acquirer', 11, 'code', 'reconstructed', 'acquirer', '收单机构标识'],
  ['reserve', 28, 'spare', 'reconstructed', 'reserve', '保留'],
])

import { defineTable } from '../layout.ts'

/** ED: a dispute or error case, to the counterparty. Record 171. */
export const ed = defineTable([
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
  ['card', 20, 'code', 'reconstructed', 'card number', '卡号'],
  ['counter', 6, 'count', 'reconstructed', "the card's counter", '卡交易计数器'],
  ['balanceBeforeFen', 12, 'fen', 'reconstructed', 'balance before', '交易前余额'],
  ['adjustedTxType', 4, 'digits', 'reconstructed', 'adjusted type', '调整后交易类型'],
  ['adjustedFen', 12, 'fen', 'reconstructed', 'adjusted amount', '调整后金额'],
  ['mcc', 4, 'digits', 'reconstructed', 'merchant category', '商户类型'],
  ['channel', 2, 'hex', 'reconstructed', 'channel: the industry byte', '渠道（行业）'],
  ['at', 14, 'time', 'reconstructed', 'date and time', '交易日期时间'],
  ['cause', 4, 'digits', 'confirmed', 'code of the cause', '原因代码'],
  ['originator', 11, 'code', 'confirmed', 'originator', '发起机构'],
  ['issuer', 11, 'code', 'confirmed', 'issuer', '发卡机构标识'],
  ['acquirer', 11, 'code', 'confirmed', 'acquirer', '收单机构标识'],
  ['reserve', 30, 'spare', 'reconstructed', 'reserve', '保留'],
])

import { defineTable } from '../layout.ts'

/**
 * Upload: offline consumption detail, a line a debit. The names are those of the reference
 * (clearing 1.3); its widths are told for five fields only, the order and all else is ours.
 */
export const upload = defineTable([
  ['acquirerSerial', 12, 'digits', 'ours', "record of the terminal's journal", '收单流水号'],
  ['issuer', 11, 'code', 'ours', 'issuer', '发卡机构标识'],
  ['acquirer', 11, 'code', 'ours', 'acquirer', '收单机构标识'],
  ['card', 20, 'code', 'confirmed', 'card number', '卡号'],
  ['counter', 6, 'count', 'confirmed', "the card's counter: INIT + 1", '卡交易计数器'],
  ['balanceBeforeFen', 12, 'fen', 'confirmed', 'balance before', '交易前余额'],
  ['amountFen', 12, 'fen', 'confirmed', 'amount', '交易金额'],
  ['at', 14, 'time', 'confirmed', 'date and time', '交易日期时间'],
  ['terminal', 12, 'digits', 'ours', 'PSAM terminal number', '终端机编号'],
  ['terminalSerial', 10, 'digits', 'ours', 'PSAM serial', '终端交易序号'],
  ['txType', 4, 'digits', 'ours', 'type of transaction', '交易类型'],
  ['mcc', 4, 'digits', 'ours', 'merchant category', '商户类型'],
  ['channel', 2, 'hex', 'ours', 'channel: the industry byte', '渠道（行业）'],
  ['tac', 8, 'hex', 'ours', 'TAC', '交易认证码 TAC'],
  ['keyVersion', 2, 'hex', 'ours', 'version of the key', '密钥版本'],
  ['keyIndex', 2, 'hex', 'ours', 'index of the key', '密钥索引'],
  ['random', 8, 'hex', 'ours', "the card's random number", '随机数'],
  ['algorithm', 2, 'hex', 'ours', '00 triple DES, 04 SM4', '算法标识'],
  ['cardOrganisation', 2, 'digits', 'ours', '01 T-Union, 02 city union', '卡组织'],
  ['test', 1, 'flag', 'ours', 'test flag', '测试标志'],
  ['denyVersion', 10, 'count', 'ours', 'deny list that the terminal held', '终端持有的黑名单版本'],
  ['objects', 300, 'objects', 'ours', 'what else the record says', 'TLV'],
  ['reserve', 30, 'spare', 'ours', 'reserve', '保留'],
])

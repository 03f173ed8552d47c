import type { ErrorTable } from '@unifare/core'

/** Codes of files of the T-Union profile: faults of a file, and values that do not fit it. */
export const tunionErrors = {
  'tunion.refused': { en: 'the file has faults: nothing of it is taken', zh: '文件有误，整体拒收' },
  'tunion.bad-name': { en: 'no file name of this profile', zh: '文件名不符合规则' },
  'tunion.wrong-kind': { en: 'a file of another kind', zh: '文件种类不符' },
  'tunion.too-large': {
    en: 'the file has too many bytes or records',
    zh: '文件字节数或记录数超限',
  },
  'tunion.bom': { en: 'the file begins with a byte order mark', zh: '文件以字节顺序标记开头' },
  'tunion.bad-version': { en: 'line 1 is neither 01 nor 02', zh: '首行版本号无效' },
  'tunion.bad-line-end': { en: 'a line does not end with CR LF', zh: '行结束符不是回车换行' },
  'tunion.cut-off': { en: 'the last line is cut off', zh: '末行不完整' },
  'tunion.short-line': { en: 'the line is shorter than its record', zh: '行长度不足' },
  'tunion.long-line': { en: 'the line is longer than its record', zh: '行长度超出' },
  'tunion.bad-record-length': {
    en: 'the stated record length is not that of this kind',
    zh: '声明的记录长度与文件种类不符',
  },
  'tunion.bad-count': { en: 'the stated count is not that of the lines', zh: '记录数与声明不符' },
  'tunion.bad-filler': { en: 'the filler of line 2 is not twenty F', zh: '文件头填充位无效' },
  'tunion.wrong-date': { en: 'name and header tell different days', zh: '文件名与文件头日期不符' },
  'tunion.wrong-receiver': { en: 'the file is for somebody else', zh: '文件接收方不符' },
  'tunion.nul': { en: 'the field holds a zero byte', zh: '字段含空字节' },
  'tunion.bad-number': { en: 'not a zero-padded whole number', zh: '数字字段无效' },
  'tunion.bad-code': { en: 'not a name padded with spaces', zh: '代码字段无效' },
  'tunion.bad-hex': { en: 'not upper-case hexadecimal', zh: '十六进制字段无效' },
  'tunion.bad-fee': { en: 'not an amount of at most 6 places', zh: '费用字段无效' },
  'tunion.bad-date': { en: 'no such day', zh: '日期无效' },
  'tunion.bad-time': { en: 'no such date and time', zh: '日期时间无效' },
  'tunion.bad-flag': { en: 'neither 0 nor 1', zh: '标志位无效' },
  'tunion.bad-text': { en: 'not GBK text without control characters', zh: '文本不是有效的 GBK' },
  'tunion.bad-tlv': { en: 'the objects of the field cannot be read', zh: 'TLV 字段无效' },
  'tunion.does-not-fit': { en: 'a value does not fit its field', zh: '数值超出字段范围' },
  'tunion.not-a-card': {
    en: 'the profile has no record for this medium',
    zh: '该介质不在本文件格式范围内',
  },
  'tunion.no-evidence': {
    en: 'the evidence is missing or unreadable',
    zh: '交易凭证缺失或无法解析',
  },
  'tunion.disagrees': { en: 'record and evidence tell different things', zh: '记录与凭证不一致' },
  'tunion.missing-object': { en: 'an object that must be there is not', zh: '缺少必需的 TLV' },
  'tunion.unknown-object': { en: 'an object that nobody knows', zh: '未知的 TLV' },
  'tunion.unknown-type': { en: 'no such transaction type', zh: '交易类型无效' },
  'tunion.unknown-channel': { en: 'no such channel', zh: '渠道无效' },
  'tunion.unknown-reason': { en: 'no such reason', zh: '原因代码无效' },
  'tunion.no-code': { en: 'the verdict has no code in this profile', zh: '清分结论没有对应代码' },
  'tunion.no-tap': { en: 'the record behind the charge is not there', zh: '收费所依据的记录缺失' },
  'tunion.name-taken': {
    en: 'another file of this name came before',
    zh: '同名文件已存在且内容不同',
  },
  'tunion.gap': { en: 'files before this one are missing', zh: '文件序号不连续' },
  'tunion.repeated': { en: 'the same record stands twice', zh: '记录重复' },
  'tunion.foreign': { en: 'the record is of another institution', zh: '记录属于其他机构' },
  'tunion.other-centre': {
    en: 'another centre clears this ride',
    zh: '该笔交易由其他清分中心清分',
  },
} as const satisfies ErrorTable

export type TunionErrorCode = keyof typeof tunionErrors

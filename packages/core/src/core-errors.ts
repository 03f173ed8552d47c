import type { ErrorTable } from './errors.ts'

/** Codes of this package. */
export const coreErrors = {
  'bytes.bad-hex': { en: 'not hexadecimal', zh: '不是十六进制数据' },
  'bytes.bad-bcd': { en: 'not packed decimal digits', zh: '不是 BCD 数字' },
  'bytes.not-ascii': { en: 'not ASCII text', zh: '不是 ASCII 文本' },
  'bytes.bad-utf8': { en: 'not UTF-8 text', zh: '不是 UTF-8 文本' },
  'json.bad': { en: 'not JSON', zh: '不是有效的 JSON' },
  'json.not-canonical': { en: 'no canonical JSON form', zh: '无法写成规范 JSON' },
  'journal.corrupt': { en: 'the journal is damaged', zh: '日志已损坏' },
  'journal.failed': { en: 'the journal could not be written', zh: '日志写入失败' },
  'journal.too-large': { en: 'the record is too large', zh: '记录过大' },
  'journal.version': { en: 'journal format of a later version', zh: '日志格式版本未知' },
  'layout.too-short': { en: 'too few bytes', zh: '字节数不足' },
  'layout.out-of-range': { en: 'a value does not fit its field', zh: '数值超出字段范围' },
  'money.not-integer': { en: 'not a whole number of fen', zh: '金额不是整数分' },
  'repository.encoding': { en: 'the database is not UTF-8', zh: '数据库编码不是 UTF-8' },
  'repository.unreachable': { en: 'the database cannot be reached', zh: '无法连接数据库' },
  'storage.bad-folder': { en: 'the folder cannot be made or read', zh: '目录无法创建或读取' },
  'storage.in-use': { en: 'another process writes in the folder', zh: '目录正被其他进程写入' },
  'storage.full': { en: 'the disk is full', zh: '磁盘空间已满' },
  'time.bad-day': { en: 'no such day', zh: '日期无效' },
  'time.bad-digits': { en: 'no such date and time', zh: '日期时间无效' },
} as const satisfies ErrorTable

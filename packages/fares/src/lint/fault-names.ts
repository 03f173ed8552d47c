import type { Fault } from '../reader.ts'

/** Chinese names of what `parseTariff` refuses a file for; the message itself is English. */
const FAULT_NAMES: Readonly<Record<string, string>> = {
  missing: '缺少字段',
  type: '字段的值不合要求',
  'unknown-key': '没有这个字段',
  'too-short': '项目太少',
  'no-such-day': '没有这一天',
  'id.duplicate': '标识重复',
  'source.unknown': '没有这个来源',
  'discount.unknown': '没有这项优惠',
  'steps.unknown': '没有这项累计优惠',
  'steps.not-ascending': '累计档次不是递增的',
  'missing-column': '缺少列',
  'table.amount': '金额不合要求',
  'table.station': '车站编号不合要求',
  'table.unknown': '没有这张票价表',
  'table.not-square': '票价表不是方阵',
  'table.not-symmetric': '票价表声明对称但并不对称',
  'table.duplicate': '同一车站在两处出现',
  'ladder.gap': '分段之间有空缺',
  'ladder.overlap': '分段重叠',
  'ladder.not-monotone': '分段票价不是递增的',
  'ladder.too-fine': '分段过细',
  'ladder.no-network': '按最短路径计价而没有线网',
  'meter.bounds': '计价器上下限矛盾',
  'maximum.unbounded': '票价无上限，须写明最高票价',
  'order.incomplete': '计价步骤不全',
  'rules.gap': '有方式没有票价',
  'rules.dead': '规则永不生效',
  'validity.empty': '有效期为空',
}

/** What the fault of a file is called in both languages. */
export function faultText({ rule, message }: Pick<Fault, 'rule' | 'message'>): {
  readonly textZh: string
  readonly textEn: string
} {
  const name = FAULT_NAMES[rule] ?? (rule.startsWith('syntax.') ? '文件格式有误' : rule)
  return { textZh: `${name}（${message}）`, textEn: message }
}

import type { ErrorTable } from '@unifare/core'

/** Every code this package refuses with; the keys are stable. */
export const registryErrors = {
  'registry.bad-data': {
    en: 'a data file has a value that does not fit; the message names file, row and field',
    zh: '数据文件中的值不符合要求，消息中指明文件、行与字段',
  },
  'registry.bad-card-number': {
    en: 'not a T-Union card number: 19 digits beginning with 31',
    zh: '不是交通联合卡号：应为31开头的19位数字',
  },
  'registry.unallotted-block': {
    en: 'the number is from a block that is allotted to nobody',
    zh: '卡号所属号段未分配给任何发卡机构',
  },
  'registry.luhn-failed': {
    en: 'the check digit is wrong, and this issuer is known to use the Luhn algorithm',
    zh: '校验码错误，且该发卡机构已知使用Luhn算法',
  },
  'registry.unknown-institution': {
    en: 'no institution of this scheme has that code',
    zh: '没有该代码的机构',
  },
  'registry.bad-allotment': {
    en: 'the request for a block of numbers cannot be met',
    zh: '号段分配申请无法满足',
  },
  'registry.overlap': {
    en: 'two allotments cover the same numbers',
    zh: '两个号段分配互相重叠',
  },
  'registry.bad-query': {
    en: 'the question is not understood: a card number, a code brand, a card name or a city is needed',
    zh: '无法识别查询：请输入卡号、乘车码品牌、卡名称或城市',
  },
} as const satisfies ErrorTable

export type RegistryErrorCode = keyof typeof registryErrors

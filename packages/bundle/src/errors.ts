import type { ErrorTable } from '@unifare/core'

/** Codes of refused lists. */
export const bundleErrors = {
  'bundle.malformed': { en: 'this is not a list of the network', zh: '不是有效的名单包' },
  'bundle.bad-hash': { en: 'the list was changed on its way', zh: '名单内容与哈希不符' },
  'bundle.unknown-publisher': { en: 'the publisher is not known here', zh: '未知发布方' },
  'bundle.bad-signature': { en: 'the list is not signed by its publisher', zh: '名单签名无效' },
  'bundle.older': { en: 'an older version than the one held', zh: '版本低于现有名单' },
  'bundle.forked': { en: 'two different lists under one version', zh: '同一版本出现两份不同名单' },
  'bundle.expired': { en: 'the list is no longer valid', zh: '名单已过期' },
  'bundle.wrong-base': {
    en: 'changes to a version that is not held here',
    zh: '增量名单的基准版本与本地不符',
  },
  'bundle.wrong-publisher': {
    en: 'this party may not publish such a list',
    zh: '发布方无权发布此名单',
  },
} as const satisfies ErrorTable

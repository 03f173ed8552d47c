import type { ErrorTable } from '@unifare/core'

/** Codes with which a measurement refuses. */
export const benchErrors = {
  'bench.unknown-subject': { en: 'nothing of that name is measured', zh: '没有该测量项目' },
  'bench.too-few': { en: 'too few taps to measure', zh: '记录数过少，无法测量' },
  'bench.no-server': {
    en: 'the baseline needs a PostgreSQL server',
    zh: '基准需要 PostgreSQL 服务器',
  },
} as const satisfies ErrorTable

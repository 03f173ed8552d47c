import type { ErrorTable } from '@unifare/core'

/** Codes with which an institution refuses to open or to answer. */
export const institutionErrors = {
  'institution.state-ahead': {
    en: 'database and journal do not belong together',
    zh: '数据库与日志不匹配',
  },
} as const satisfies ErrorTable

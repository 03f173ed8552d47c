import type { ErrorTable } from '@unifare/core'

/** Codes with which an institution refuses to open or to answer. */
export const institutionErrors = {
  'institution.state-ahead': {
    en: 'database and journal do not belong together',
    zh: '数据库与日志不匹配',
  },
  'institution.other-form': {
    en: 'the database was made by another version: an empty one is filled from the journal',
    zh: '数据库由其他版本生成：请使用空数据库，状态将由流水重建',
  },
} as const satisfies ErrorTable

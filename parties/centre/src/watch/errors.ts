import type { ErrorTable } from '@unifare/core'

/** Codes of the watch over what members send. */
export const watchErrors = {
  'watch.bad-rule': { en: 'not alarm rules', zh: '告警规则无效' },
} as const satisfies ErrorTable

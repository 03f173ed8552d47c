import { type ErrorTable, UnifareError } from '@unifare/core'

/** What can go wrong between a program and a reader; the keys are stable. */
export const readerErrors = {
  'reader.no-service': { en: 'no PC/SC service runs', zh: '未运行 PC/SC 服务' },
  'reader.none': { en: 'no such reader', zh: '找不到读卡器' },
  'reader.no-card': { en: 'no card in the reader', zh: '读卡器中没有卡片' },
  'reader.busy': { en: 'another program holds the card', zh: '卡片被其他程序占用' },
  'reader.failed': { en: 'the reader failed', zh: '读卡器故障' },
  'vpcd.unreachable': { en: 'no virtual reader listens there', zh: '无法连接虚拟读卡器' },
  'vpcd.taken': { en: 'the virtual reader holds another card', zh: '虚拟读卡器已被占用' },
  'pcscd.missing': { en: 'the virtual reader is not installed', zh: '未安装虚拟读卡器' },
  'pcscd.failed': { en: 'the PC/SC service did not start', zh: 'PC/SC 服务启动失败' },
} as const satisfies ErrorTable

export type ReaderErrorCode = keyof typeof readerErrors

/** An error of this table; `say` adds where it happened and what to do. */
export function readerError(
  code: ReaderErrorCode,
  say: string,
  details: Record<string, unknown> = {},
): UnifareError {
  return new UnifareError(code, `${readerErrors[code].en}: ${say}`, details)
}

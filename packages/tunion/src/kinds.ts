import type { FieldRow, RecordTable } from './layout.ts'
import { ad } from './layouts/ad.ts'
import { bn } from './layouts/bn.ts'
import { bp } from './layouts/bp.ts'
import { cl } from './layouts/cl.ts'
import { cm } from './layouts/cm.ts'
import { cr } from './layouts/cr.ts'
import { ed } from './layouts/ed.ts'
import { er } from './layouts/er.ts'
import { fb } from './layouts/fb.ts'
import { ld } from './layouts/ld.ts'
import { uc } from './layouts/uc.ts'
import { upload } from './layouts/upload.ts'

/** `A` result, `H` dispute exchange (reference clearing 1.3); `U` upward to the centre is ours. */
export type Direction = 'A' | 'H' | 'U'

interface Kind {
  readonly table: RecordTable<readonly FieldRow[]>
  readonly direction: Direction
  readonly en: string
  readonly zh: string
}

/** Every kind of file by the two letters of its name; `UP` is ours, the others are of the reference. */
export const KINDS = {
  UP: { table: upload, direction: 'U', en: 'offline consumption detail', zh: '脱机消费明细' },
  LD: { table: ld, direction: 'A', en: 'list of processed files', zh: '文件处理结果' },
  FB: { table: fb, direction: 'A', en: 'settlement feedback', zh: '清算结果反馈' },
  CL: { table: cl, direction: 'A', en: 'clearing detail', zh: '清分明细' },
  BP: { table: bp, direction: 'A', en: 'daily position', zh: '清算头寸' },
  CR: { table: cr, direction: 'A', en: 'statistics', zh: '清分统计' },
  ED: { table: ed, direction: 'H', en: 'case raised', zh: '差错争议' },
  CM: { table: cm, direction: 'H', en: 'answer to a case', zh: '差错确认' },
  AD: { table: ad, direction: 'A', en: 'adjustment result', zh: '调整结果' },
  BN: { table: bn, direction: 'A', en: 'card prefix white list', zh: '卡 BIN 白名单' },
  ER: { table: er, direction: 'A', en: 'list of codes', zh: '错误代码表' },
  UC: { table: uc, direction: 'U', en: 'deny-list upload', zh: '黑名单上传' },
} as const satisfies Readonly<Record<string, Kind>>

export type FileKind = keyof typeof KINDS

/** Whether two letters name a kind of this profile. */
export function isFileKind(letters: string): letters is FileKind {
  return Object.hasOwn(KINDS, letters)
}

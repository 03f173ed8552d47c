import type { ErrorTable } from '@unifare/core'

/** What can be wrong with a part of a dump. None of it stops the reading of the rest. */
export const inspectionProblems = {
  'inspect.not-hex': { en: 'not hexadecimal', zh: '不是十六进制数据' },
  'inspect.not-text': { en: 'text is needed here', zh: '此处应为文本' },
  'inspect.wrong-length': { en: 'wrong number of bytes', zh: '字节数不符' },
  'inspect.not-decimal': { en: 'not packed decimal digits', zh: '不是 BCD 数字' },
  'inspect.no-such-day': { en: 'no such date', zh: '日期无效' },
  'inspect.no-such-time': { en: 'no such date and time', zh: '日期时间无效' },
  'inspect.bad-fci': { en: 'not an answer to SELECT', zh: '不是有效的 FCI' },
  'inspect.differs': { en: 'EF 15 and FCI differ', zh: '0015 文件与 FCI 不一致' },
  'inspect.wrong-id': { en: 'the record has another id', zh: '复合记录标识不符' },
  'inspect.unknown-part': { en: 'no part of a dump has this name', zh: '未知的数据项' },
} as const satisfies ErrorTable

export type InspectionProblemCode = keyof typeof inspectionProblems

/** One thing that could not be read, and where it stands: `files.18[2].time`. */
export interface InspectionProblem {
  readonly code: InspectionProblemCode
  readonly where: string
  /** What stands there. */
  readonly found: string
}

/** Collects problems in the order in which they are met. */
export interface ProblemList {
  readonly all: readonly InspectionProblem[]
  add(code: InspectionProblemCode, where: string, found: unknown): void
}

/** An empty list. */
export function problemList(): ProblemList {
  const all: InspectionProblem[] = []
  return {
    all,
    add(code, where, found) {
      all.push({
        code,
        where,
        found: typeof found === 'string' ? found : (JSON.stringify(found) ?? ''),
      })
    },
  }
}

import { type TunionErrorCode, tunionErrors } from './errors.ts'

/** One fault of a file: where it is, and what, for programs and people. Lines and columns from 1. */
export interface FileFault {
  readonly file: string
  readonly line: number
  /** Byte of the line; 1 where the whole line is meant. */
  readonly column: number
  /** Empty where no one field is at fault. */
  readonly field: string
  readonly code: TunionErrorCode
  readonly en: string
  readonly zh: string
}

/** Faults that are told one by one; the others are counted. */
export const FAULTS_MAX = 100

/** Collects faults of one file. */
export interface FaultList {
  readonly faults: readonly FileFault[]
  /** All faults, those that are only counted among them. */
  count(): number
  add(
    line: number,
    code: TunionErrorCode,
    place?: { readonly field: string; readonly column: number },
  ): void
}

/** An empty list for a file. */
export function createFaultList(file: string): FaultList {
  const faults: FileFault[] = []
  let count = 0
  return {
    faults,
    count: () => count,
    add(line, code, { field, column } = { field: '', column: 1 }) {
      count += 1
      if (count <= FAULTS_MAX)
        faults.push({ file, line, column, field, code, ...tunionErrors[code] })
    },
  }
}

/** A fault as one line for people, in both languages. */
export function describeFault({ file, line, column, field, code, en, zh }: FileFault): string {
  const place = `${file}:${line}:${column}`
  return `${place} ${field === '' ? '' : `${field}: `}${en} · ${zh} [${code}]`
}

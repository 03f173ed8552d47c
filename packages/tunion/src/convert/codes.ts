import { type ErrorText, type Instant, UnifareError } from '@unifare/core'
import { cutGbk } from '../gbk.ts'
import type { RecordOfKind } from '../read-file.ts'

/** One row of the code list: six digits for a verdict of ours, while it is in force. */
export interface ResultCode extends ErrorText {
  readonly code: string
  readonly verdict: string
  readonly effective: Instant
  readonly expiry: Instant | null
}

/** Bytes of the text beside a code in LD, FB, CL and AD. */
const TEXT_WIDTH = 40

/** Code and text of verdicts at a time. */
export interface CodeList {
  /** Throws `tunion.no-code` for a verdict without a row in force: no code is ever made up. */
  of(verdict: string): { readonly errorCode: string; readonly errorText: string }
  /** The verdict of a code; undefined when no row in force has it. */
  verdictOf(code: string): string | undefined
}

/** Opens a dated code list; the text is cut to its 40 bytes, ER holds it whole. */
export function codeListAt(rows: readonly ResultCode[], at: Instant): CodeList {
  const standing = rows.filter(
    ({ effective, expiry }) => effective <= at && (expiry === null || at < expiry),
  )
  const byVerdict = new Map(
    standing.map(({ verdict, code, zh }) => [
      verdict,
      { errorCode: code, errorText: cutGbk(zh, TEXT_WIDTH) },
    ]),
  )
  const byCode = new Map(standing.map(({ code, verdict }) => [code, verdict]))
  return {
    of(verdict) {
      const found = byVerdict.get(verdict)
      if (found === undefined) {
        throw new UnifareError('tunion.no-code', `no code for ${verdict}`, { verdict })
      }
      return found
    },
    verdictOf: (code) => byCode.get(code),
  }
}

/** ER record of a row. */
export function erOf({ code, ...row }: ResultCode): RecordOfKind<'ER'> {
  return { errorCode: code, ...row }
}

/** Row of an ER record. */
export function resultCodeOf({
  errorCode,
  verdict,
  zh,
  en,
  effective,
  expiry,
}: RecordOfKind<'ER'>): ResultCode | undefined {
  return effective === null ? undefined : { code: errorCode, verdict, zh, en, effective, expiry }
}

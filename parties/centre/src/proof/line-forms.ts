import { fromUtf8, type Json, parseJson, UnifareError } from '@unifare/core'
import type { LineReader, ProofRow, Subject } from './subject.ts'
import { readVerdictRows } from './verdict-lines.ts'

/** Forms of lines, by the name that stands in a proof: for ever. */
export const LINE_FORMS = {
  'json-line': readJsonLine,
  'verdict-rows': readVerdictRows,
} as const satisfies Record<string, LineReader>

export type LineForm = keyof typeof LINE_FORMS

/** Whether lines of this form are known here. */
export function isLineForm(form: unknown): form is LineForm {
  return typeof form === 'string' && Object.hasOwn(LINE_FORMS, form)
}

/** One line of canonical JSON for each charge, order, position and card. */
function readJsonLine(line: Uint8Array, subject: Subject): ProofRow | undefined {
  const row = objectOf(line)
  if (row === undefined) return undefined
  switch (subject.kind) {
    case 'charge':
      return row['charge'] === subject.charge ? row : undefined
    case 'tap': {
      const { taps } = row
      return Array.isArray(taps) && taps.includes(subject.delivery) ? row : undefined
    }
    case 'order': {
      const order = inner(row['order'])
      const meant = order?.['issuer'] === subject.issuer && order['order'] === subject.order
      return meant ? order : undefined
    }
    case 'position': {
      const position = inner(row['position'])
      return position?.['id'] === subject.member ? position : undefined
    }
  }
}

function objectOf(line: Uint8Array): ProofRow | undefined {
  try {
    return inner(parseJson(fromUtf8(line)))
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return undefined
  }
}

function inner(value: Json | undefined): ProofRow | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ProofRow)
    : undefined
}

import { UnifareError } from '@unifare/core'
import { ROW_BYTES, verdictOf, verdictRow } from '../engine/verdict-rows.ts'
import type { ProofRow, Subject } from './subject.ts'

type Row = ReturnType<typeof verdictRow.decode>

/**
 * A block of verdict rows: finds the rows of a charge, or of the charge that a tap backs. All rows
 * of the block must be rows: bytes of another form are never read as some.
 */
export function readVerdictRows(line: Uint8Array, subject: Subject): ProofRow | undefined {
  if (subject.kind !== 'charge' && subject.kind !== 'tap') return undefined
  const rows = rowsOf(line)
  const meant = rows?.find((row) =>
    subject.kind === 'charge'
      ? chargeOf(row) === subject.charge
      : deliveryOf(row) === subject.delivery,
  )
  if (rows === undefined || meant === undefined) return undefined
  const own = rows.filter((row) => chargeOf(row) === chargeOf(meant))
  const day = meant.tapDay
  return {
    charge: chargeOf(meant),
    verdict: verdictOf(meant.verdict),
    operator: meant.operator,
    issuer: meant.issuer,
    amountFen: own.reduce((sum, { amountFen }) => sum + amountFen, 0),
    tapDay: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    taps: own.map(deliveryOf),
    feeRow: meant.feeRow,
    rows: own.length,
  }
}

function rowsOf(line: Uint8Array): readonly Row[] | undefined {
  if (line.length === 0 || line.length % ROW_BYTES !== 0) return undefined
  try {
    return Array.from({ length: line.length / ROW_BYTES }, (_, index) => {
      const row = verdictRow.decode(line.subarray(index * ROW_BYTES, (index + 1) * ROW_BYTES))
      verdictOf(row.verdict)
      return row
    })
  } catch (error) {
    if (error instanceof UnifareError || error instanceof TypeError) return undefined
    throw error
  }
}

function chargeOf({ operator, number }: Row): string {
  return `${operator}-${number}`
}

function deliveryOf({ terminal, sequence }: Row): string {
  return `${terminal}-${sequence}`
}

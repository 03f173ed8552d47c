import { concat, type Day, type Tx, table, UnifareError, view } from '@unifare/core'
import { isLineForm, type LineForm } from './line-forms.ts'

/** A part of the lines under a day's root, in their order. */
interface LinesRow {
  readonly day: Day
  readonly part: number
  readonly form: string
  /** Lines one behind the other, each behind its length in 4 bytes. */
  readonly lines: Uint8Array
}

/** What stands under the root of every closed day, so that proofs need no key and no re-run. */
export const dayLines = table<LinesRow>({
  name: 'day_line',
  columns: { day: 'text', part: 'int', form: 'text', lines: 'bytes' },
  key: ['day', 'part'],
})

const PART_LINES = 1_000
const PREFIX_BYTES = 4

/** Keeps the lines of a day that closes. */
export async function storeLines(
  tx: Tx,
  {
    day,
    form,
    lines,
  }: { readonly day: Day; readonly form: LineForm; readonly lines: readonly Uint8Array[] },
): Promise<void> {
  const rows: LinesRow[] = []
  for (let at = 0; at < lines.length; at += PART_LINES) {
    const part = lines.slice(at, at + PART_LINES)
    rows.push({ day, part: rows.length, form, lines: concat(...part.flatMap(framed)) })
  }
  await tx.put(dayLines, rows)
}

/** The lines of a closed day; of the form that they were written in. */
export async function loadLines(
  tx: Tx,
  day: Day,
): Promise<{ readonly form: LineForm; readonly lines: readonly Uint8Array[] }> {
  const rows = await tx.select(dayLines, { day })
  const form = rows[0]?.form ?? 'json-line'
  if (!isLineForm(form) || rows.some((row) => row.form !== form)) {
    throw new UnifareError('proof.not-found', `the lines of ${day} are in an unknown form`)
  }
  return { form, lines: rows.flatMap((row) => unframed(row.lines)) }
}

function framed(line: Uint8Array): Uint8Array[] {
  const prefix = new Uint8Array(PREFIX_BYTES)
  view(prefix).setUint32(0, line.length)
  return [prefix, line]
}

function unframed(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  const data = view(bytes)
  for (let at = 0; at < bytes.length; ) {
    const from = at + PREFIX_BYTES
    at = from + data.getUint32(at)
    lines.push(bytes.subarray(from, at))
  }
  return lines
}

import type { Tx } from '@unifare/core'
import { type FileGap, gapsIn } from './gaps.ts'
import { type FileRow, files } from './tables.ts'

/** All files that came in, oldest first, and the gaps in every sender's sequence. */
export async function listFiles(tx: Tx): Promise<{
  readonly files: readonly FileRow[]
  readonly gaps: readonly (FileGap & { readonly sender: string; readonly kind: string })[]
}> {
  const rows = await tx.select(files, {})
  const sequences = new Map<string, { sender: string; kind: string; numbers: number[] }>()
  for (const { sender, kind, sequence, state } of rows) {
    if (state === 'open') continue
    const key = `${sender}/${kind}`
    const own = sequences.get(key) ?? { sender, kind, numbers: [] }
    sequences.set(key, own)
    own.numbers.push(sequence)
  }
  const gaps = [...sequences.values()].flatMap(({ sender, kind, numbers }) =>
    gapsIn(numbers).map((gap) => ({ sender, kind, ...gap })),
  )
  return { files: rows.toSorted((a, b) => a.number - b.number), gaps }
}

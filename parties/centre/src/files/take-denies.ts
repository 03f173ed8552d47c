import type { DenyEntry } from '@unifare/bundle'
import type { Instant } from '@unifare/core'
import { createFileReader, denyEntryOf, type FileFault, tunionErrors } from '@unifare/tunion'
import type { FileOutcome } from './outcome.ts'
import type { SentFile } from './read-upload.ts'
import type { FileInput } from './take-file.ts'

/**
 * Takes an issuer's full deny list (UC): whole or not at all. Entries that the list leaves out end
 * with it, as with a list on our wire.
 */
export async function takeDenies(
  { sender, name, content }: SentFile,
  options: {
    readonly centre: string
    readonly at: Instant
    readonly deny: FileInput['deny']
  },
): Promise<FileOutcome> {
  const entries = new Map<string, DenyEntry>()
  const faults: FileFault[] = []
  let records = 0
  const reader = createFileReader('UC', { name, receiver: options.centre }, (record, line) => {
    const made = denyEntryOf(record, options.at)
    const fault = (code: FileFault['code'], field: string) =>
      faults.push({ file: name, line, column: 1, field, code, ...tunionErrors[code] })
    records += 1
    if (!made.ok) fault(made.code, made.field)
    else if (record.issuer !== sender) fault('tunion.foreign', 'issuer')
    else if (made.entry !== null) {
      const key = `${made.entry.medium}/${made.entry.account}`
      if (entries.has(key)) fault('tunion.repeated', 'card')
      entries.set(key, made.entry)
    }
  })
  reader.push(content)
  const outcome = reader.end()
  if (!outcome.ok) faults.push(...outcome.faults)
  if (faults.length > 0) return { ok: false, faults: faults.toSorted((a, b) => a.line - b.line) }
  await options.deny({ publisher: sender, content: { entries: [...entries.values()] } })
  return { ok: true, records, repeated: 0, amountFen: 0 }
}

import { utf8 } from '../../src/bytes.ts'
import { openJournal } from '../../src/journal.ts'
import { createFileStorage } from '../file-storage.ts'

/**
 * A process for the kill test: appends counted records to a journal for ever and prints the
 * number of a record after its sync.
 */
const storage = await createFileStorage(process.argv[2] ?? '.')
const journal = await openJournal({ storage, name: 'taps', maxSegmentBytes: 20_000 })
for (;;) {
  const group = 1 + (journal.length % 3)
  for (let i = 0; i < group; i++) journal.append(utf8(`record ${journal.length}`.padEnd(100, '.')))
  await journal.sync()
  process.stdout.write(`${journal.length}\n`)
}

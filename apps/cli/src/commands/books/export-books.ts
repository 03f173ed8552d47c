import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseDay, requireData } from '@unifare/core'
import { type BooksFormat, type BooksSummary, DIALECTS, exportBooks } from '@unifare/ledger'
import { type BooksVerdict, checkBooks } from '@unifare/ledger/node'
import { EXIT, printJson, tell } from '../../output.ts'
import { openStoredParty, type StoredParty } from '../../stored-network.ts'

interface ExportOptions {
  readonly format: BooksFormat
  readonly data: string
  readonly party?: string
  readonly from?: string
  readonly to?: string
  readonly out?: string
  readonly check?: boolean
  readonly json?: boolean
}

/** Writes a party's books; exit code 1 when the program that was asked refuses them. */
export async function exportStoredBooks(options: ExportOptions): Promise<number> {
  for (const day of [options.from, options.to]) if (day !== undefined) parseDay(day)
  const { from, to } = options
  requireData(
    from === undefined || to === undefined || from <= to,
    'ledger.bad-days',
    `--from ${from} is after --to ${to}: there is no day between them`,
  )
  const stored = await openStoredParty(options.data, options.party)
  const folder = await mkdtemp(join(tmpdir(), 'unifare-books-'))
  try {
    const { extension } = DIALECTS[options.format]
    const file = resolve(options.out ?? join(folder, `books.${extension}`))
    const summary = await writeBooks(stored, options, file)
    const checked = options.check === true ? await checkBooks(options.format, file) : undefined
    await show({ options, summary, file, checked, party: stored.id })
    if (checked?.accepted === false) tell(checked.said)
    return checked?.accepted === false ? EXIT.differences : EXIT.ok
  } finally {
    await rm(folder, { recursive: true })
    await stored.close()
  }
}

async function writeBooks(
  { id, repository }: StoredParty,
  { format, from, to }: ExportOptions,
  file: string,
): Promise<BooksSummary> {
  const out = await open(file, 'w', 0o600)
  try {
    const stream = out.createWriteStream()
    const summary = await repository.transaction((tx) =>
      exportBooks(
        tx,
        { format, title: `Books of ${id}`, ...(from && { from }), ...(to && { to }) },
        async (text) => {
          if (!stream.write(text))
            await new Promise<void>((resume) => stream.once('drain', () => resume()))
        },
      ),
    )
    await new Promise<void>((done, failed) => {
      stream.once('error', failed)
      stream.end(done)
    })
    return summary
  } finally {
    await out.close()
  }
}

async function show(result: {
  readonly options: ExportOptions
  readonly summary: BooksSummary
  readonly file: string
  readonly checked: BooksVerdict | undefined
  readonly party: string
}): Promise<void> {
  const { options, summary, file, checked, party } = result
  const text = options.out === undefined ? await readFile(file, 'utf8') : undefined
  if (options.json === true) {
    const where = text === undefined ? { file } : { text }
    printJson({ party, format: options.format, ...summary, ...(checked && { checked }), ...where })
    return
  }
  if (text !== undefined) process.stdout.write(text)
  const verdict = checked && `; ${checked.program} ${checked.accepted ? 'accepts' : 'REFUSES'} them`
  tell(
    `books of ${party}: ${summary.entries} entries in ${summary.accounts} accounts on ${summary.days.length} days${verdict ?? ''}`,
  )
}

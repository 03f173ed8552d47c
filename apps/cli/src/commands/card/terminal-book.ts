import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type CardEvidence,
  decodeEvidence,
  decodePending,
  encodeEvidence,
  encodePending,
  type PendingPurchase,
} from '@unifare/card'
import { fromHex, toHex, UnifareError } from '@unifare/core'

/** What the demonstration's terminal keeps between two commands. */
interface Book {
  /** Next terminal serial of the PSAM. */
  readonly serial: number
  /** Next serial of card numbers by IIN. */
  readonly numbers: Readonly<Record<string, number>>
  /** By card number, in hexadecimal. */
  readonly pending: Readonly<Record<string, string>>
  readonly evidence: Readonly<Record<string, string>>
}

/** The terminal's memory: one small file, synced before anything is shown. */
export interface TerminalBook {
  readonly serial: number
  pending(number: string): PendingPurchase | undefined
  evidence(number: string): CardEvidence | undefined
  /** Kept before DEBIT, so that a lost answer can be asked for. */
  keepPending(number: string, pending: PendingPurchase): Promise<void>
  /** Ends a purchase: what proves it, if it happened, and the serial that comes next. */
  settle(
    number: string,
    outcome: { readonly evidence?: CardEvidence; readonly serial: number },
  ): Promise<void>
  /** A number that this book never gave before. */
  nextNumber(iin: string): Promise<number>
}

const FILE = 'terminal.json'
const EMPTY: Book = { serial: 1, numbers: {}, pending: {}, evidence: {} }
/** Serials of this command; riders of the demonstration network have smaller ones. */
const FIRST_NUMBER = 4_000_000_000

/** Opens the terminal's book in a folder; makes it when it is not there. */
export async function openTerminalBook(folder: string): Promise<TerminalBook> {
  let book = await read(folder)
  const keep = async (next: Partial<Book>) => {
    book = { ...book, ...next }
    await write(folder, book)
  }
  return {
    get serial() {
      return book.serial
    },
    pending: (number) => decoded(book.pending[number], decodePending),
    evidence: (number) => decoded(book.evidence[number], decodeEvidence),
    keepPending: (number, pending) =>
      keep({ pending: { ...book.pending, [number]: toHex(encodePending(pending)) } }),
    async settle(number, { evidence, serial }) {
      const { [number]: _, ...pending } = book.pending
      const proof = evidence ? { [number]: toHex(encodeEvidence(evidence)) } : {}
      await keep({
        pending,
        evidence: { ...book.evidence, ...proof },
        serial: Math.max(book.serial, serial),
      })
    },
    async nextNumber(iin) {
      const serial = book.numbers[iin] ?? FIRST_NUMBER
      await keep({ numbers: { ...book.numbers, [iin]: serial + 1 } })
      return serial
    },
  }
}

function decoded<T>(text: string | undefined, decode: (bytes: Uint8Array) => T): T | undefined {
  return text === undefined ? undefined : decode(fromHex(text))
}

async function read(folder: string): Promise<Book> {
  const file = join(folder, FILE)
  try {
    return { ...EMPTY, ...(JSON.parse(await readFile(file, 'utf8')) as Partial<Book>) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY
    throw new UnifareError('card-file.bad-book', `${file} cannot be read: move it away`)
  }
}

async function write(folder: string, book: Book): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, FILE)
  const handle = await open(`${file}.new`, 'w')
  try {
    await handle.writeFile(`${JSON.stringify(book, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
}

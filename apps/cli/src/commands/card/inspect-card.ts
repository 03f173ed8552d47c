import { existsSync } from 'node:fs'
import {
  type CardDump,
  type CardTransport,
  type Inspection,
  inspectCard,
  parseDump,
  readDump,
  renderInspection,
} from '@unifare/card'
import { fromUtf8, UnifareError } from '@unifare/core'
import { codeNames } from '@unifare/registry'
import { EXIT, printJson, printLines } from '../../output.ts'
import { readCardFile } from './card-file.ts'
import { type CardChoice, imageSlot, openCard, traced } from './open-card.ts'
import { refused } from './refusal.ts'

/** What `unifare card inspect` is asked. */
export interface InspectOptions extends CardChoice {
  readonly json?: boolean
}

/** A card's bytes, and whether an application of it is locked, where the card itself was asked. */
interface Found {
  readonly dump: CardDump
  readonly locked: boolean | null
}

/**
 * Shows what a card says: the card of a file or reader, a dump of one with any part missing, or
 * bare hexadecimal. What cannot be read is told beside what can.
 */
export async function showCard(
  source: string | undefined,
  options: InspectOptions,
): Promise<number> {
  const { dump, locked } = await find(source, options)
  const inspection = inspectCard(dump, { names: codeNames })
  if (options.json === true) printJson(documentOf(inspection, locked))
  else {
    const lock = options.lang === 'zh' ? '应用已锁定' : 'the application is locked'
    printLines(
      ...(locked === true ? [lock] : []),
      ...renderInspection(inspection, options.lang ?? 'en'),
    )
  }
  return EXIT.ok
}

/** The parts that everybody asks for first, then everything else that was found. */
function documentOf(inspection: Inspection, locked: boolean | null) {
  const { number, issuer, validFrom, validTo, kind, balanceFen, transactions, trips, ...rest } =
    inspection
  const dates = { validFrom, validTo }
  return { number, issuer, dates, kind, balanceFen, locked, transactions, trips, ...rest }
}

async function find(source: string | undefined, options: InspectOptions): Promise<Found> {
  if (options.reader !== undefined || source === undefined) {
    const card = await openCard(source, options)
    try {
      return await readOut(card.transport)
    } finally {
      await card.close()
    }
  }
  if (existsSync(source)) {
    const bytes = await readCardFile(source)
    const text = fromUtf8(bytes)
    if (isImage(text)) return readOut(traced(imageSlot(bytes), 'card', options))
    return { dump: parseDump(text), locked: null }
  }
  if (HEX.test(source)) return { dump: parseDump(source), locked: null }
  throw new UnifareError(
    'card-file.missing',
    `no file ${source}, nor hexadecimal; make a card with "unifare card new ${source}"`,
  )
}

/** At least a balance, with blanks or not. */
const HEX = /^\s*([0-9A-Fa-f]{2}[\s,;]*){4,}$/

/** Asks the card itself, as any reader would. */
async function readOut(transport: CardTransport): Promise<Found> {
  const read = await readDump(transport)
  if (!read.ok) throw refused(read)
  return read
}

/** The image of a software card, and no dump: images tell their version and keys. */
function isImage(text: string): boolean {
  return /^\s*\{/.test(text) && /"version"\s*:/.test(text) && /"keys"\s*:/.test(text)
}

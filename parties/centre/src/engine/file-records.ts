import { type Day, openJournal, type Storage } from '@unifare/core'
import {
  CHAIN_START,
  type Charge,
  encodeBatch,
  encodeMessage,
  type MessageKind,
  parseCharge,
  sealChargeRecords,
  type Tap,
} from '@unifare/tap'

/** Records that came in files of their operator, as intake keeps them. */
export interface FileRecords {
  readonly taps: readonly FileTap[]
  /** Charges as bytes. */
  readonly charges: readonly Uint8Array[]
}

/** A record of a terminal that signs nothing itself. */
export interface FileTap extends Pick<Tap, 'terminal' | 'sequence' | 'operator'> {
  /** Version of the centre's deny list that the terminal held. */
  readonly denyVersion: number
  readonly raw: Uint8Array
}

/**
 * Name of the journal with the records of files that a day judges. A close that was refused may have
 * left one: the place of the order tells them apart.
 */
export function fileJournal(day: Day, until: number): string {
  return `files-${day}-${until}`
}

/**
 * Writes records that came in files as a journal of their own, in the form in which all others
 * stand in the intake's, so that they are distributed and cleared like them. Files were checked
 * whole when they were taken, so nothing here is signed. Done again, it changes nothing.
 */
export async function writeFileRecords(
  storage: Storage,
  records: FileRecords,
  { day, until, centre }: { readonly day: Day; readonly until: number; readonly centre: string },
): Promise<void> {
  if (records.taps.length + records.charges.length === 0) return
  const journal = await openJournal({ storage, name: fileJournal(day, until) })
  // The same records give the same messages: what was written before is not written again.
  let place = 0
  const append = async (kind: MessageKind, sender: string, body: Uint8Array) => {
    if (place++ < journal.length) return
    const message = { kind, sender, receiver: centre, sentAt: 0, body, sign }
    journal.append(STAMP, await encodeMessage(message))
  }
  for (const { terminal, sequence, operator, denyVersion, raw } of records.taps) {
    const held = { kind: 'deny', publisher: centre, version: denyVersion }
    const body = await encodeBatch({
      terminal,
      operator,
      first: sequence,
      previous: CHAIN_START,
      records: [raw],
      bundles: denyVersion === 0 ? [] : [held],
      createdAt: 0,
      sign,
    })
    await append('tap-batch', operator, body)
  }
  for (const raw of records.charges) {
    const { operator, number, amountFen }: Charge = parseCharge(raw)
    const body = await sealChargeRecords({
      operator,
      first: number,
      previous: CHAIN_START,
      records: [raw],
      amountFen,
      day,
      sign,
    })
    await append('charge-batch', operator, body)
  }
  await journal.close()
}

/** When a message was taken in: nobody asks here. */
const STAMP = new Uint8Array(6)
const sign = async () => new Uint8Array(64)

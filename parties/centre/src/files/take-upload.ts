import { type Device, devicesByTerminal, shelfKey } from '@unifare/bundle'
import { equalBytes, fromHex, type Tx, toHex } from '@unifare/core'
import { loadShelf, readingOf } from '@unifare/institution'
import { CHAIN_START, chainNext, encodeCharge, encodeTap, mediumId, type Tap } from '@unifare/tap'
import { chargeOfUpload } from '@unifare/tunion'
import { noteSerials } from '../settled/terminal-serials.ts'
import { charges, marks, type TapRow, taps } from '../tables.ts'
import type { FileOutcome } from './outcome.ts'
import { readUpload, type SentFile, type UploadTap, uploadFault } from './read-upload.ts'
import type { FileInput } from './take-file.ts'

/**
 * Takes the debits of an upload file: each is kept as the record that a terminal of ours would have
 * written, and asked for by one charge. Whole or not at all. Terminals that sign their own batches
 * are not taken by file, nor those of others, nor rides that a centre above clears: nobody else has
 * signed them.
 */
export async function takeUpload(
  tx: Tx,
  file: SentFile,
  { centre, goesUp }: Pick<FileInput, 'centre' | 'goesUp'>,
): Promise<FileOutcome> {
  const { sender, name } = file
  const { taps: read, faults: own } = readUpload(file, centre)
  const others = [...(await doubts(tx, sender, read)), ...clearedAbove(read, goesUp)]
  const faults = [...own, ...others.map(([line, fault]) => uploadFault(name, line, fault))]
  if (faults.length > 0) return { ok: false, faults: faults.toSorted((a, b) => a.line - b.line) }
  return store(tx, sender, read)
}

function clearedAbove(read: readonly UploadTap[], goesUp: FileInput['goesUp']): Doubt[] {
  const fault = { code: 'tunion.other-centre', field: 'issuer' } as const
  return read.flatMap(({ tap, line }): Doubt[] =>
    goesUp?.(chargeOfUpload(tap, 1)) === true ? [[line, fault]] : [],
  )
}

type Doubt = readonly [line: number, fault: Parameters<typeof uploadFault>[2]]

/** What is wrong with lines beside others: in this file, and with what was delivered before. */
async function doubts(tx: Tx, sender: string, read: readonly UploadTap[]): Promise<Doubt[]> {
  const signing = await signingTerminals(tx)
  const known = await tx.get(
    taps,
    read.map(({ tap }) => placeOf(tap)),
  )
  const seen = new Set<string>()
  return read.flatMap(({ tap, line }, index): Doubt[] => {
    const foreign = { code: 'tunion.foreign', field: 'terminal' } as const
    if (signing(tap.terminal)) return [[line, foreign]]
    const held = known[index]
    if (held !== undefined && held.operator !== sender) return [[line, foreign]]
    const place = `${tap.terminal}-${tap.sequence}`
    const twice = seen.has(place)
    seen.add(place)
    const other = held !== undefined && !equalBytes(held.raw, encodeTap(tap))
    return twice || other ? [[line, { code: 'tunion.repeated', field: 'acquirerSerial' }]] : []
  })
}

/** Whether a terminal stands in an operator's device list: then it signs what it saw. */
async function signingTerminals(tx: Tx): Promise<(terminal: string) => boolean> {
  const shelf = await loadShelf(tx)
  const lists: ReadonlyMap<string, Device>[] = []
  for (const bundle of shelf.values()) {
    if (shelfKey('devices', bundle.publisher) !== shelfKey(bundle.kind, bundle.publisher)) continue
    lists.push(readingOf(bundle, devicesByTerminal))
  }
  return (terminal) => lists.some((list) => list.has(terminal))
}

function placeOf({ terminal, sequence }: Tap): Pick<TapRow, 'terminal' | 'sequence'> {
  return { terminal, sequence }
}

async function store(tx: Tx, sender: string, read: readonly UploadTap[]): Promise<FileOutcome> {
  const known = await tx.get(
    taps,
    read.map(({ tap }) => placeOf(tap)),
  )
  const fresh = read.filter((_, index) => known[index] === undefined)
  await tx.put(
    taps,
    fresh.map(({ tap, denyVersion }) => ({
      ...placeOf(tap),
      operator: sender,
      identity: mediumId(tap),
      at: tap.at,
      kind: tap.kind,
      denyVersion,
      raw: encodeTap(tap),
    })),
  )
  await noteSerials(
    tx,
    fresh.map(({ tap }) => tap),
  )
  await askFor(
    tx,
    sender,
    fresh.map(({ tap }) => tap),
  )
  return {
    ok: true,
    records: read.length,
    repeated: read.length - fresh.length,
    amountFen: fresh.reduce((sum, { tap }) => sum + tap.amountFen, 0),
  }
}

/** Marks the operators that brought files. */
const UPLOADS = 'uploads/'

/** Operators whose charges may rest on records that came by file. */
export async function uploadingOperators(tx: Tx): Promise<readonly string[]> {
  return (await tx.select(marks, {}))
    .filter(({ name }) => name.startsWith(UPLOADS))
    .map(({ name }) => name.slice(UPLOADS.length))
}

/** One charge a debit, numbered and chained on from the operator's last. */
async function askFor(tx: Tx, sender: string, fresh: readonly Tap[]): Promise<void> {
  if (fresh.length === 0) return
  const name = `charges/${sender}`
  const [mark] = await tx.get(marks, [{ name }])
  const [next = '1', chain = toHex(CHAIN_START)] = mark?.value.split(':') ?? []
  const raws = fresh.map((tap, index) => encodeCharge(chargeOfUpload(tap, Number(next) + index)))
  await tx.put(
    charges,
    raws.map((raw, index) => ({
      operator: sender,
      number: Number(next) + index,
      raw,
      day: '',
      verdict: '',
    })),
  )
  await tx.put(marks, [{ name: `${UPLOADS}${sender}`, value: name }])
  const end = raws.reduce(chainNext, fromHex(chain))
  await tx.put(marks, [{ name, value: `${Number(next) + raws.length}:${toHex(end)}` }])
}

import { type Device, devicesByTerminal, shelfKey } from '@unifare/bundle'
import {
  equalBytes,
  fromHex,
  type Instant,
  requireData,
  type Tx,
  toHex,
  UnifareError,
} from '@unifare/core'
import type { SignatureEngine } from '@unifare/crypto'
import { loadShelf, readingOf, versionsOf } from '@unifare/institution'
import {
  CHAIN_START,
  type ChargeBatch,
  chargeId,
  type Message,
  MONEY_KINDS,
  mediumId,
  parseBatch,
  parseChargeBatch,
  parseTap,
  signedBy,
} from '@unifare/tap'
import { noteSerials } from './settled/terminal-serials.ts'
import { charges, marks, type TapRow, taps } from './tables.ts'
import type { ChargeRouting } from './tiers/routing.ts'
import type { SequenceGap } from './watch/sequence-mark.ts'
import { heardOperator, heardTerminal } from './watch/sources.ts'

/** A charge that is not held where it should be: no content is the same. */
const EMPTY = new Uint8Array()

/**
 * Takes a terminal's batch in as its operator forwarded it, unchanged. The terminal's signature is
 * checked against the operator's device list; records that cannot be read are kept all the same.
 * The answer names what of the terminal's records is missing; it heals when they come.
 */
export async function takeTapBatch(
  tx: Tx,
  message: Message,
  options: {
    readonly engine: SignatureEngine
    readonly centre: string
    readonly at: Instant
    /** A centre below forwards what concerns this one: the rest is not missing, and it is watched there. */
    readonly forwarded?: boolean
  },
): Promise<{
  readonly end: number
  readonly posted: number
  readonly missing: readonly SequenceGap[]
}> {
  const batch = parseBatch(message.body, options.engine)
  const { terminal, operator, first, end, bundles } = batch.header
  requireData(operator === message.sender, 'batch.malformed', `a batch for ${operator}`)
  const signed = (device: Device | undefined) =>
    device !== undefined && signedBy(batch, fromHex(device.key), options.engine)
  // What waited below may be older than the list.
  const listed =
    signed(await deviceOf(tx, operator, terminal)) ||
    (options.forwarded === true && (await devicesOnce(tx, operator, terminal)).some(signed))
  requireData(listed, 'batch.bad-signature', `not signed by terminal ${terminal} of ${operator}`)
  const denyVersion =
    bundles.find(({ kind, publisher }) => kind === 'deny' && publisher === options.centre)
      ?.version ?? 0
  const keys = batch.records.map((_, index) => ({ terminal, sequence: first + index }))
  const known = await tx.get(taps, keys)
  const debits: { readonly terminal: string; readonly serial: number }[] = []
  const rows = batch.records.flatMap((raw, index): TapRow[] => {
    const held = known[index]
    requireData(
      held === undefined || equalBytes(held.raw, raw),
      'batch.forked',
      `record ${terminal}-${first + index} was delivered before with other content`,
    )
    if (held !== undefined) return []
    const { serial, ...read } = readable(raw)
    if (serial !== undefined) debits.push({ terminal, serial })
    return [{ ...read, terminal, sequence: first + index, operator, denyVersion, raw }]
  })
  await tx.put(taps, rows)
  if (debits.length > 0) await noteSerials(tx, debits)
  const heard = { terminal, operator, first, end, at: options.at }
  const missing = options.forwarded === true ? [] : await heardTerminal(tx, heard)
  return { end, posted: rows.length, missing }
}

/** What is kept of a record beside its bytes, and of a card's debit its serial. */
function readable(
  raw: Uint8Array,
): Pick<TapRow, 'identity' | 'at' | 'kind'> & { readonly serial?: number } {
  try {
    const tap = parseTap(raw)
    const money = MONEY_KINDS.has(tap.kind) && tap.medium !== 'none'
    return {
      identity: money ? mediumId(tap) : '',
      at: tap.at,
      kind: tap.kind,
      ...(money && tap.medium === 'card' && { serial: tap.serial }),
    }
  } catch (error) {
    if (!(error instanceof UnifareError)) throw error
    return { identity: '', at: 0, kind: error.code }
  }
}

async function deviceOf(tx: Tx, operator: string, terminal: string): Promise<Device | undefined> {
  const bundle = (await loadShelf(tx)).get(shelfKey('devices', operator))
  if (bundle === undefined) return undefined
  return readingOf(bundle, devicesByTerminal).get(terminal)
}

/** A terminal as any of its operator's lists had it. */
async function devicesOnce(tx: Tx, operator: string, terminal: string): Promise<Device[]> {
  const all = await versionsOf(tx, shelfKey('devices', operator))
  return all.flatMap((bundle) => readingOf(bundle, devicesByTerminal).get(terminal) ?? [])
}

/** Takes an operator's charges in; they wait for the close of the day. */
export async function takeChargeBatch(
  tx: Tx,
  message: Message,
  options: {
    readonly engine: SignatureEngine
    readonly key: Uint8Array
    readonly at: Instant
    /** Of a centre among others: some charges are cleared elsewhere. */
    readonly routing?: ChargeRouting | undefined
  },
): Promise<{ readonly end: number; readonly posted: number }> {
  const batch = parseChargeBatch(message.body, options.engine)
  const { operator, first, end, previous, chain } = batch.header
  requireData(operator === message.sender, 'batch.malformed', `charges of ${operator}`)
  requireData(
    signedBy(batch, options.key, options.engine),
    'batch.bad-signature',
    `not signed by ${operator}`,
  )
  requireData(
    batch.charges.every(({ corrects, number }) => corrects < number),
    'charge.malformed',
    `a correction names a later charge: ${batch.charges.map(chargeId).join(' ')}`,
  )
  const { routing } = options
  if (routing?.gaps === true) {
    return { end, posted: await takeNewCharges(tx, batch, routing) }
  }
  await heardOperator(tx, { operator, at: options.at })
  const name = `charges/${operator}`
  const [mark] = await tx.get(marks, [{ name }])
  const [knownEnd = '1', knownChain = toHex(CHAIN_START)] = mark?.value.split(':') ?? []
  if (end <= Number(knownEnd)) {
    const held = await heldCharges(tx, batch, routing)
    checkRepeated(batch, (number) => held.get(number) ?? EMPTY)
    return { end: Number(knownEnd), posted: 0 }
  }
  requireData(first === Number(knownEnd), 'batch.gap', `charge ${operator}-${knownEnd} is next`)
  requireData(
    previous === knownChain,
    'batch.bad-chain',
    `the charges of ${operator} do not continue`,
  )
  await putCharges(tx, batch, routing)
  await tx.put(marks, [{ name, value: `${end}:${chain}` }])
  return { end, posted: batch.charges.length }
}

/**
 * Takes of charges that a centre below hands over those that did not come before: some are cleared
 * below, and a message that was refused at first comes behind later ones.
 */
async function takeNewCharges(tx: Tx, batch: ChargeBatch, routing: ChargeRouting): Promise<number> {
  const held = await heldCharges(tx, batch, routing)
  checkRepeated(batch, (number) => held.get(number))
  const isNew = batch.charges.map(({ number }) => !held.has(number))
  return putCharges(
    tx,
    {
      charges: batch.charges.filter((_, index) => isNew[index]),
      records: batch.records.filter((_, index) => isNew[index]),
    },
    routing,
  )
}

/** Keeps those of new charges that are cleared here; returns how many. */
async function putCharges(
  tx: Tx,
  batch: Pick<ChargeBatch, 'charges' | 'records'>,
  routing: ChargeRouting | undefined,
): Promise<number> {
  const own = await routing?.own(batch)
  const rows = batch.charges.flatMap(({ operator, number }, index) => {
    const raw = batch.records[index] as Uint8Array
    return own?.has(number) === false ? [] : [{ operator, number, raw, day: '', verdict: '' }]
  })
  await tx.put(charges, rows)
  return rows.length
}

/** Those of a batch that came before, by number: kept here, or sent on. */
async function heldCharges(
  tx: Tx,
  batch: ChargeBatch,
  routing: ChargeRouting | undefined,
): Promise<ReadonlyMap<number, Uint8Array>> {
  const keys = batch.charges.map(({ operator, number }) => ({ operator, number }))
  const here = await tx.get(charges, keys)
  const sentOn = (await routing?.sentOn(keys)) ?? []
  return new Map(
    [...here, ...sentOn].flatMap((row): [number, Uint8Array][] =>
      row === undefined ? [] : [[row.number, row.raw]],
    ),
  )
}

/** Charges that came before must be the same, byte for byte: a charge is never changed. */
function checkRepeated(
  { charges: asked, records }: ChargeBatch,
  heldOf: (number: number) => Uint8Array | undefined,
): void {
  asked.forEach((charge, index) => {
    const [held, raw] = [heldOf(charge.number), records[index]]
    requireData(
      held === undefined || (raw !== undefined && equalBytes(held, raw)),
      'batch.forked',
      `charge ${chargeId(charge)} was sent before with other content`,
    )
  })
}

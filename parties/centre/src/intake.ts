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
import { charges, marks, type TapRow, taps } from './tables.ts'
import type { ChargeRouting } from './tiers/routing.ts'
import type { SequenceGap } from './watch/sequence-mark.ts'
import { heardOperator, heardTerminal } from './watch/sources.ts'

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
  const rows = batch.records.flatMap((raw, index): TapRow[] => {
    const held = known[index]
    requireData(
      held === undefined || equalBytes(held.raw, raw),
      'batch.forked',
      `record ${terminal}-${first + index} was delivered before with other content`,
    )
    return held === undefined
      ? [{ ...readable(raw), terminal, sequence: first + index, operator, denyVersion, raw }]
      : []
  })
  await tx.put(taps, rows)
  const heard = { terminal, operator, first, end, at: options.at }
  const missing = options.forwarded === true ? [] : await heardTerminal(tx, heard)
  return { end, posted: rows.length, missing }
}

function readable(raw: Uint8Array): Pick<TapRow, 'identity' | 'at' | 'kind'> {
  try {
    const tap = parseTap(raw)
    const money = MONEY_KINDS.has(tap.kind) && tap.medium !== 'none'
    return { identity: money ? mediumId(tap) : '', at: tap.at, kind: tap.kind }
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
  if (options.routing?.gaps !== true) await heardOperator(tx, { operator, at: options.at })
  const name = `charges/${operator}`
  const [mark] = await tx.get(marks, [{ name }])
  const [knownEnd = '1', knownChain = toHex(CHAIN_START)] = mark?.value.split(':') ?? []
  requireData(
    batch.charges.every(({ corrects, number }) => corrects < number),
    'charge.malformed',
    `a correction names a later charge: ${batch.charges.map(chargeId).join(' ')}`,
  )
  if (end <= Number(knownEnd)) {
    await checkRepeated(tx, batch, options.routing)
    return { end: Number(knownEnd), posted: 0 }
  }
  const { routing } = options
  const leap = routing?.gaps === true && first > Number(knownEnd)
  requireData(
    leap || first === Number(knownEnd),
    'batch.gap',
    `charge ${operator}-${knownEnd} is next`,
  )
  requireData(
    leap || previous === knownChain,
    'batch.bad-chain',
    `the charges of ${operator} do not continue`,
  )
  const own = await routing?.own(batch)
  const rows = batch.charges.map(({ number }, index) => {
    return { operator, number, raw: batch.records[index] as Uint8Array, day: '', verdict: '' }
  })
  await tx.put(charges, own === undefined ? rows : rows.filter(({ number }) => own.has(number)))
  await tx.put(marks, [{ name, value: `${end}:${chain}` }])
  return { end, posted: batch.charges.length }
}

/** Charges that came before must be the same, byte for byte: a charge is never changed. */
async function checkRepeated(
  tx: Tx,
  batch: ChargeBatch,
  routing: ChargeRouting | undefined,
): Promise<void> {
  const { charges: asked, records } = batch
  const known = await tx.get(
    charges,
    asked.map(({ operator, number }) => ({ operator, number })),
  )
  const here = known.flatMap((row) => (row === undefined ? [] : [row.number]))
  await routing?.checkRepeated(batch, new Set(here))
  asked.forEach((charge, index) => {
    if (routing !== undefined && known[index] === undefined) return
    const [held, raw] = [known[index]?.raw, records[index]]
    requireData(
      held !== undefined && raw !== undefined && equalBytes(held, raw),
      'batch.forked',
      `charge ${chargeId(charge)} was sent before with other content`,
    )
  })
}

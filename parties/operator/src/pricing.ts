import { type AcceptanceContent, acceptanceOf } from '@unifare/bundle'
import { type Day, type Fen, requireData, shanghaiDay } from '@unifare/core'
import {
  type CompiledTariff,
  compileTariff,
  maximumFare,
  type PricePart,
  parseNetwork,
  parseTariff,
  price,
  type Ride,
  type Tariff,
} from '@unifare/fares'
import type { ChargePart, Mode, Tap } from '@unifare/tap'
import type { Paired } from './pairing.ts'

/** An operator's tariffs, compiled once for every version of its list. */
export interface PriceBook {
  readonly version: number
  readonly tariffs: readonly { readonly tariff: Tariff; readonly compiled: CompiledTariff }[]
}

/** A ride with its price: what is asked, step by step. */
export interface PricedRide {
  readonly taps: readonly Tap[]
  readonly amountFen: Fen
  /** What the tariff says; differs from the amount only where a card terminal debited otherwise. */
  readonly pricedFen: Fen
  readonly parts: readonly ChargePart[]
  readonly explanation: readonly {
    readonly rule: string
    readonly amountFen: Fen
    readonly zh: string
    readonly en: string
  }[]
  readonly tariff: { readonly id: string; readonly version: number }
  readonly distanceM: number
  readonly from: number
  readonly to: number
}

/** Reads the content of a `tariffs` list; throws what is wrong with it. */
export function compilePriceBook(content: unknown, version: number): PriceBook {
  const { tariffs, networks } = content as { tariffs?: unknown; networks?: unknown }
  requireData(
    Array.isArray(tariffs) && Array.isArray(networks),
    'bundle.malformed',
    'the list needs tariffs and networks',
  )
  const parsed = networks.map((network) => parseNetwork(network))
  return {
    version,
    tariffs: tariffs
      .map((tariff) => parseTariff(tariff))
      .map((tariff) => ({
        tariff,
        compiled: compileTariff(
          tariff,
          parsed.find((network) => network.id === tariff.network),
        ),
      })),
  }
}

/**
 * Prices what pairing found. A card pays what it was debited: a difference to the tariff becomes a
 * part of its own and is reported, the debit is never changed. Undefined when nothing is charged.
 */
export function priceRide(
  book: PriceBook,
  acceptance: AcceptanceContent,
  paired: Paired,
): PricedRide | undefined {
  switch (paired.kind) {
    case 'single':
      return priced(book, acceptance, [paired.tap], paired.tap)
    case 'journey':
      return priced(
        book,
        acceptance,
        paired.entry === null ? [paired.exit] : [paired.entry, paired.exit],
        paired.exit,
        paired.entry,
      )
    case 'missing-exit':
      return paired.entry.medium === 'code' ? incomplete(book, paired.entry) : undefined
    case 'missing-entry':
      return paired.exit.medium === 'code' ? incomplete(book, paired.exit) : undefined
    case 'void':
    case 'late-entry':
      return undefined
  }
}

function priced(
  book: PriceBook,
  acceptance: AcceptanceContent,
  taps: readonly Tap[],
  last: Tap,
  entryTap: Tap | null = null,
): PricedRide | undefined {
  const found = tariffFor(book, last.mode, shanghaiDay(last.at))
  if (found === undefined) return undefined
  const entry = entryTap === null ? last.entry : { station: entryTap.station, at: entryTap.at }
  const result = price(found.compiled, rideOf(acceptance, last, entry))
  const debitedFen = taps.reduce((sum, tap) => sum + tap.amountFen, 0)
  if (!result.ok && last.medium === 'code') return undefined
  const pricedFen = result.ok ? result.amountFen : 0
  const parts: readonly PricePart[] = result.ok ? result.parts : []
  const amountFen = last.medium === 'card' ? debitedFen : pricedFen
  return {
    taps,
    amountFen,
    pricedFen,
    ...explained(parts, amountFen - pricedFen),
    tariff: { id: found.tariff.id, version: found.tariff.version },
    distanceM: result.ok ? (result.distanceM ?? last.distanceM) : last.distanceM,
    from: entry?.station ?? last.station,
    to: last.station,
  }
}

function incomplete(book: PriceBook, tap: Tap): PricedRide | undefined {
  const found = tariffFor(book, tap.mode, shanghaiDay(tap.at))
  if (found === undefined) return undefined
  const amountFen = maximumFare(found.compiled, tap.station)
  const part = {
    rule: 'incomplete.maximum',
    amountFen,
    textZh: '行程不完整：按最高票价收取',
    textEn: 'incomplete journey: maximum fare',
  }
  return {
    taps: [tap],
    amountFen,
    pricedFen: amountFen,
    ...explained([part], 0),
    tariff: { id: found.tariff.id, version: found.tariff.version },
    distanceM: 0,
    from: tap.station,
    to: tap.station,
  }
}

function rideOf(
  acceptance: AcceptanceContent,
  last: Tap,
  entry: { readonly station: number; readonly at: number } | null,
): Ride {
  const { medium, issuer, mode, operator } = last
  const row = acceptanceOf(
    acceptance,
    { operator, mode, medium: medium === 'card' ? 'card' : 'code', issuer },
    last.at,
  )
  return {
    mode,
    line: last.line,
    at: last.at,
    ...(last.distanceM > 0 ? { distanceM: last.distanceM } : {}),
    ...(last.durationS > 0 ? { durationS: last.durationS } : {}),
    medium: medium === 'card' ? 'card' : 'code',
    riderClass: 'adult',
    issuer: { institution: issuer, division: row?.division ?? '' },
    ...(entry === null
      ? {}
      : {
          entry: { station: entry.station, at: entry.at },
          exit: { station: last.station, at: last.at },
        }),
  }
}

function explained(
  parts: readonly Pick<PricePart, 'rule' | 'amountFen' | 'textZh' | 'textEn'>[],
  differenceFen: Fen,
): Pick<PricedRide, 'parts' | 'explanation'> {
  const all =
    differenceFen === 0
      ? parts
      : [
          ...parts,
          {
            rule: 'terminal.difference',
            amountFen: differenceFen,
            textZh: '终端实扣与票价之差：以卡片实扣为准',
            textEn: 'difference of the terminal: the card was debited so',
          },
        ]
  return {
    parts: all.map(({ rule, amountFen }) => ({ rule, amountFen })),
    explanation: all.map(({ rule, amountFen, textZh, textEn }) => ({
      rule,
      amountFen,
      zh: textZh,
      en: textEn,
    })),
  }
}

function tariffFor(
  book: PriceBook,
  mode: Mode,
  day: Day,
): PriceBook['tariffs'][number] | undefined {
  return book.tariffs.find(
    ({ tariff }) =>
      tariff.modes.includes(mode) &&
      tariff.validFrom <= day &&
      (tariff.validTo === null || day < tariff.validTo),
  )
}

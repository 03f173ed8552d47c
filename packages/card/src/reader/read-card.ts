import { balanceFen } from '../balance.ts'
import { CITY_UNION_AID, PURSE_AID } from '../chip/applications.ts'
import type { PurseScheme } from '../chip/card-state.ts'
import { type CardRefusal, cardError } from '../errors.ts'
import { SFI } from '../files/card-files.ts'
import { CITY_TRIP_NUMBER } from '../files/city-trip.ts'
import { CITY_UNION_COMPOSITE_SFI } from '../files/city-union.ts'
import { SW } from '../status-words.ts'
import { findTlv } from '../tlv.ts'
import {
  type CardBytes,
  type CardView,
  cardView,
  cityCardView,
  TRAVEL_RECORDS,
  type TravelRecord,
} from './card-view.ts'
import { attempt } from './flow.ts'
import { type CardTransport, exchange, expect9000 } from './transport.ts'

const FCI_ISSUER_DATA = 0x9f0c
const PUBLIC_INFO_BYTES = 30

const UID_BYTES = 9

/** What of a card a reader wants to see. */
export interface ReadOptions {
  /** Which purse of the card; T-Union's unless told otherwise. */
  readonly scheme?: PurseScheme
  /** Records of EF 1A that the ride depends on; rail and bus unless told otherwise. */
  readonly records?: readonly TravelRecord[]
  /** Whether to read the newest record of EF 18 and EF 1E, too; it is read unless told otherwise. */
  readonly last?: boolean
}

/**
 * Selects a purse and reads what a fare decision needs (reference card 6.1): SELECT, EF 15 from
 * the FCI where it is there, since some cards refuse to read it as a file, EF 17, the travel
 * records that are asked for, the newest log and trip, GET BALANCE. Of a city-union purse:
 * SELECT, EF 15, its composite records, GET DATA for the chip number, GET BALANCE. Every file but
 * EF 15 may be missing; its part of the view is null.
 *
 * Refuses with `card.not-t-union` a card that has not the purse asked for; other applications on it
 * are left alone.
 */
export function readCard(
  transport: CardTransport,
  options: ReadOptions = {},
): Promise<{ readonly ok: true; readonly view: CardView } | CardRefusal> {
  return attempt(async () => {
    const view =
      options.scheme === 'mohurd'
        ? await readCityPurse(transport, options)
        : await readPurse(transport, options)
    return { ok: true, view }
  })
}

async function readPurse(transport: CardTransport, options: ReadOptions): Promise<CardView> {
  const { records = ['rail', 'bus'], last = true } = options
  const fci = await select(transport, PURSE_AID)
  const raw: CardBytes = {
    publicInfo: await readPublicInfo(transport, fci),
    managementInfo: await readOptional(transport, binary(SFI.managementInfo)),
    ...(await readTravel(transport, records, (name) =>
      record(SFI.composite, TRAVEL_RECORDS.indexOf(name) + 1),
    )),
    log: last ? await readOptional(transport, record(SFI.log, 1)) : null,
    trip: last ? await readOptional(transport, record(SFI.trips, 1)) : null,
  }
  return cardView(raw, await readBalance(transport))
}

async function readCityPurse(transport: CardTransport, options: ReadOptions): Promise<CardView> {
  const { records = ['rail', 'bus'], last = true } = options
  const fci = await select(transport, CITY_UNION_AID)
  const known = records.filter((name) => name in CITY_TRIP_NUMBER)
  const raw: CardBytes = {
    publicInfo: await readPublicInfo(transport, fci),
    managementInfo: null,
    ...(await readTravel(transport, known, (name) =>
      record(CITY_UNION_COMPOSITE_SFI, CITY_TRIP_NUMBER[name as keyof typeof CITY_TRIP_NUMBER]),
    )),
    log: last ? await readOptional(transport, record(SFI.log, 1)) : null,
    trip: null,
  }
  const chip = { header: 0x80ca0000, le: UID_BYTES }
  const uid = await expect9000(transport, chip, { length: UID_BYTES })
  return cityCardView(raw, { balanceFen: await readBalance(transport), uid })
}

function select(transport: CardTransport, aid: Uint8Array): Promise<Uint8Array> {
  return expect9000(
    transport,
    { header: 0x00a40400, data: aid, le: 0 },
    {
      codes: {
        [SW.noFile]: 'card.not-t-union',
        [SW.locked]: 'card.application-locked',
        [SW.permanentlyLocked]: 'card.application-locked',
      },
    },
  )
}

async function readTravel(
  transport: CardTransport,
  names: readonly TravelRecord[],
  headerOf: (name: TravelRecord) => number,
): Promise<Partial<Record<TravelRecord, Uint8Array | null>>> {
  const read: Partial<Record<TravelRecord, Uint8Array | null>> = {}
  for (const name of names) read[name] = await readOptional(transport, headerOf(name))
  return read
}

/** One record of the transaction log, 1 is the newest; null past the end. */
export function readLogRecord(
  transport: CardTransport,
  number: number,
): Promise<Uint8Array | null> {
  return readOptional(transport, record(SFI.log, number))
}

async function readPublicInfo(transport: CardTransport, fci: Uint8Array): Promise<Uint8Array> {
  const told = findTlv(fci, FCI_ISSUER_DATA)
  const content = told ?? (await readOptional(transport, binary(SFI.publicInfo)))
  if (!content || content.length < PUBLIC_INFO_BYTES) throw cardError('card.not-t-union')
  return content.slice(0, PUBLIC_INFO_BYTES)
}

/** The real balance; cards without that form of the command tell the usual one. */
async function readBalance(transport: CardTransport): Promise<number> {
  const real = await exchange(transport, { header: 0x805c0302, le: 4 })
  if (real.sw === SW.ok && real.data.length === 4) return balanceFen(real.data)
  return balanceFen(await expect9000(transport, { header: 0x805c0002, le: 4 }, { length: 4 }))
}

function binary(sfi: number): number {
  return 0x00b08000 + (sfi << 8)
}

function record(sfi: number, number: number): number {
  return 0x00b20004 + (number << 8) + (sfi << 3)
}

async function readOptional(transport: CardTransport, header: number): Promise<Uint8Array | null> {
  const { data, sw } = await exchange(transport, { header, le: 0 })
  return sw === SW.ok ? data : null
}

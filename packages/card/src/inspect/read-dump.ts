import { toHex } from '@unifare/core'
import { CASH_AID, CITY_UNION_AID, PPSE, PURSE_AID } from '../chip/applications.ts'
import type { CardRefusal } from '../errors.ts'
import { isEmptyRecord } from '../files/card-files.ts'
import { attempt } from '../reader/flow.ts'
import { type Apdu, type CardTransport, exchange } from '../reader/transport.ts'
import { SW } from '../status-words.ts'
import type { CardDump } from './dump.ts'

/** A card read out: what it gave, and whether an application of it is locked. */
export interface ReadDump {
  readonly ok: true
  readonly dump: CardDump
  readonly locked: boolean
}

/** Record files that may be read freely, with the most records that a card has there. */
const RECORD_FILES = [
  ['18', 10],
  ['1E', 30],
  ['19', 9],
  ['06', 10],
] as const
/** Records of EF 1A in file order (reference card 2.6). */
const COMPOSITE_RECORDS = 18
const BALANCES = ['00', '01', '03']

/**
 * Reads everything that a card shows to anybody, for `inspectCard`: directory, FCIs, balance, EF 15,
 * 17, 18, 19, 1A, 1E and Shanghai's 06. A part that the card refuses is left out. The T-Union purse
 * is read where there is one, else the city-union purse. Refused with `card.torn` when the card
 * leaves the field and `card.not-t-union` when it has neither purse.
 */
export function readDump(transport: CardTransport): Promise<ReadDump | CardRefusal> {
  return attempt(async () => {
    const ask = (apdu: Apdu) => exchange(transport, apdu)
    const select = (data: Uint8Array) => ask({ header: 0x00a40400, data, le: 0 })
    const fci: string[] = []
    let locked = false
    const selects = async (name: Uint8Array) => {
      const { data, sw } = await select(name)
      if (sw === SW.locked || sw === SW.permanentlyLocked) locked = true
      if (data.length > 0) fci.push(toHex(data))
      return sw === SW.ok || sw === SW.locked || sw === SW.permanentlyLocked
    }
    await selects(PPSE)
    await selects(CASH_AID)
    const found = (await selects(PURSE_AID)) || (await selects(CITY_UNION_AID))
    if (!found) return { ok: false, code: 'card.not-t-union' } as const
    const read = async (header: number) => {
      const { data, sw } = await ask({ header, le: 0 })
      return sw === SW.ok && data.length > 0 ? data : null
    }
    return { ok: true, dump: { fci, ...(await readFiles(read)) }, locked } as const
  })
}

type Read = (header: number) => Promise<Uint8Array | null>

async function readFiles(read: Read): Promise<Pick<CardDump, 'balance' | 'files'>> {
  const balance: Record<string, string> = {}
  for (const p1 of BALANCES) {
    const bytes = await read(0x805c0002 + (Number.parseInt(p1, 16) << 8))
    if (bytes) balance[p1] = toHex(bytes)
  }
  const files: Record<string, string | readonly string[] | Record<string, string>> = {}
  for (const file of ['15', '17']) {
    const bytes = await read(0x00b08000 + (Number.parseInt(file, 16) << 8))
    if (bytes) files[file] = toHex(bytes)
  }
  for (const [file, most] of RECORD_FILES) {
    const records = await readRecords(read, Number.parseInt(file, 16), most)
    if (records.length > 0) files[file] = records
  }
  const composites: Record<string, string> = {}
  for (const record of await readRecords(read, 0x1a, COMPOSITE_RECORDS)) {
    composites[record.slice(0, 4)] = record
  }
  if (Object.keys(composites).length > 0) files['1A'] = composites
  return { ...(Object.keys(balance).length > 0 ? { balance } : {}), files }
}

/** The issuer's own file: an empty record says nothing of those behind it. */
const VARIABLE_SFI = 0x19

/** Records from 1 on, until the card has no more or shows one of a log that was never written. */
async function readRecords(read: Read, sfi: number, most: number): Promise<readonly string[]> {
  const records: string[] = []
  for (let number = 1; number <= most; number++) {
    const bytes = await read(0x00b20004 + (number << 8) + (sfi << 3))
    if (!bytes || (sfi !== VARIABLE_SFI && isEmptyRecord(bytes))) break
    records.push(toHex(bytes))
  }
  return records
}

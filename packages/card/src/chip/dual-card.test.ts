import { ascii, concat, fromHex, toHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  CITY_REFS,
  cityUnionProfile,
  countingRandom,
  initApdu,
  newCard,
  newPsam,
  newSlot,
  opened,
  REFS,
  STORE,
  UID,
} from '../card.fixture.ts'
import { initSam } from '../psam/psam-reader.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import { purchaseMac1, purchaseSessionKey, purchaseTacInput, tac } from '../purse/purse-crypto.ts'
import { readU16 } from '../words.ts'
import { CITY_UNION_AID, PPSE, PURSE_AID } from './applications.ts'
import { createCard } from './card.ts'
import { type CardSlot, createCardSlot } from './card-slot.ts'
import { cityUnionIdentity, cityUnionPurse } from './city-union-purse.ts'

const THIRD = { name: ascii('PAY.SZT'), fci: fromHex('6F09 8407 5041592E535A54') }
const DATE_TIME = '20261121083000'
const selectOf = (name: Uint8Array) =>
  concat(Uint8Array.of(0x00, 0xa4, 0x04, 0x00, name.length), name)

let slot: CardSlot
const send = async (apdu: string | Uint8Array) =>
  toHex(await slot.transmit(typeof apdu === 'string' ? fromHex(apdu) : apdu))

async function dual(): Promise<CardSlot> {
  return newSlot({ cityUnion: cityUnionProfile(), foreign: [THIRD] })
}

beforeEach(async () => {
  slot = await dual()
})

/** A whole composite purchase in the selected purse, as a terminal with this scheme's PSAM makes it. */
async function purchase(records: readonly string[], uid: Uint8Array | undefined): Promise<string> {
  const init = fromHex(await send(initApdu(0x03, 200)))
  const psam = await opened(newPsam())
  const { terminalSerial, mac1 } = await initSam(psam, {
    ...(uid ? cityUnionIdentity(cityUnionProfile()) : identity),
    random: init.slice(11, 15),
    offlineNumber: readU16(init, 4),
    amountFen: 200,
    type: 9,
    date: DATE_TIME.slice(0, 8),
    time: DATE_TIME.slice(8),
    keyVersion: init[9]!,
    algorithm: init[10]!,
    ...(uid && { uid }),
  })
  for (const record of records) expect(await send(record)).toBe('9000')
  const serial = toHex(Uint8Array.of(0, 0, 0, terminalSerial))
  return send(`805401000F${serial}${DATE_TIME}${toHex(mac1)}08`)
}

const identity = { issuerId: '30000001FFFFFFFF', applicationSerial: '03104950000000000017' }
const TRIP = `80DC00F030${'06'.repeat(48)}`
const CITY_RECORD = `80DC02B830022E00${'11'.repeat(45)}`

describe('a dual card', () => {
  test('has two purses, each with its own money, counter and keys', async () => {
    expect(await send(selectOf(PURSE_AID))).toMatch(/9000$/)
    expect(await send('805C030204')).toBe('000013889000')
    expect(await purchase([TRIP], undefined)).toMatch(/9000$/)
    expect(await send('805C030204')).toBe('000012C09000')

    expect(await send(selectOf(CITY_UNION_AID))).toMatch(/9000$/)
    expect(await send('805C030204')).toBe('00000BB89000')
    expect(await purchase([CITY_RECORD], UID)).toMatch(/9000$/)
    expect(await send('805C030204')).toBe('00000AF09000')
    const { memory } = slot.card()
    expect([memory.offlineNumber, memory.others[0]?.offlineNumber]).toEqual([1, 1])
    expect(memory.balanceFen).toBe(4800)
  })

  test('the TAC of a purse verifies under the keys of its own scheme only', async () => {
    await send(selectOf(CITY_UNION_AID))
    const answer = fromHex(await purchase([CITY_RECORD], UID))
    const input = purchaseTacInput({
      amountFen: 200,
      type: 9,
      terminal: fromHex('413100000042'),
      dateTime: fromHex(DATE_TIME),
      terminalSerial: 1,
    })
    const cityIdentity = cityUnionIdentity(cityUnionProfile())
    const keyOf = (ref: (typeof REFS)['tac']) =>
      deriveCardKey({ store: STORE, ref, identity: cityIdentity })
    expect(tac(await keyOf(CITY_REFS.tac), input)).toEqual(answer.slice(0, 4))
    expect(tac(await keyOf(REFS.tac), input)).not.toEqual(answer.slice(0, 4))
  })

  test('MAC1 of the city union covers the chip number: T-Union terms alone are wrong', async () => {
    await send(selectOf(CITY_UNION_AID))
    const init = fromHex(await send(initApdu(0x01, 200)))
    const ref = CITY_REFS.purchase
    const cityIdentity = cityUnionIdentity(cityUnionProfile())
    const key = await deriveCardKey({ store: STORE, ref, identity: cityIdentity })
    const session = { random: init.slice(11, 15), offlineNumber: 0, terminalSerial: 7 }
    const mac1 = purchaseMac1(purchaseSessionKey(key, session), {
      amountFen: 200,
      type: 6,
      terminal: fromHex('413100000042'),
      dateTime: fromHex(DATE_TIME),
    })
    expect(await send(`805401000F00000007${DATE_TIME}${toHex(mac1)}08`)).toBe('9302')
  })

  test('selecting another application drops an open purchase', async () => {
    await send(selectOf(PURSE_AID))
    await send(initApdu(0x03, 200))
    await send(selectOf(CITY_UNION_AID))
    expect(await send(CITY_RECORD)).toBe('6985')
  })

  test('tells the chip number in the city-union purse alone', async () => {
    await send(selectOf(CITY_UNION_AID))
    expect(await send('80CA000009')).toBe(`${toHex(UID)}9000`)
    await send(selectOf(PURSE_AID))
    expect(await send('80CA000009')).toBe('6A88')
  })

  test('a record of the city union keeps its number and length', async () => {
    await send(selectOf(CITY_UNION_AID))
    await send(initApdu(0x03, 200))
    expect(await send(`80DC02B830022F00${'11'.repeat(45)}`)).toBe('6A80')
    expect(await send(`80DC09B830092E00${'11'.repeat(45)}`)).toBe('6A83')
  })

  test('a record of the city union is read by its number and by its id', async () => {
    await send(selectOf(CITY_UNION_AID))
    expect(await send('00B202BC00')).toBe(`022E${'00'.repeat(46)}9000`)
    expect(await send('00B202B800')).toBe(`022E${'00'.repeat(46)}9000`)
    expect(await send('00B22EB800')).toBe('6A83')
  })
})

describe('the other kinds of card', () => {
  test('T-Union alone has no city-union purse', async () => {
    slot = await newSlot()
    expect(await send(selectOf(CITY_UNION_AID))).toBe('6A82')
  })

  test('a city card has no T-Union purse, and its directory names none', async () => {
    const card = createCard(await cityUnionPurse(cityUnionProfile()))
    slot = createCardSlot({ card, random: countingRandom() })
    expect(await send(selectOf(PURSE_AID))).toBe('6A82')
    expect(await send(selectOf(PPSE))).toBe(`6F15840E${toHex(PPSE)}A503BF0C009000`)
    expect(await send(selectOf(CITY_UNION_AID))).toMatch(/9000$/)
    expect(await purchase([CITY_RECORD], UID)).toMatch(/9000$/)
  })

  test('an application of a third scheme is shown and takes no command', async () => {
    expect(await send(selectOf(THIRD.name))).toBe(`${toHex(THIRD.fci)}9000`)
    expect(await send('805C030204')).toBe('6985')
    expect(await send('00B0950000')).toBe('6A82')
    expect(await send('841E00000411223344')).toBe('6985')
  })

  test('a wrong profile is refused', async () => {
    const good = cityUnionProfile()
    const changes = [
      { serial: '1' },
      { city: 'AB12' },
      { uid: new Uint8Array(8) },
      { balanceFen: -1 },
      { balanceFen: 100_001 },
    ]
    for (const change of changes) {
      await expect(newCard({ cityUnion: { ...good, ...change } })).rejects.toMatchObject({
        code: 'card.bad-field',
      })
    }
  })
})

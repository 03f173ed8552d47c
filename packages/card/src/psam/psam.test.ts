import { fromHex, toHex } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, pureEngine, tdesEncrypt } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import { newPsam, opened, PIN_REFS, REFS, STORE, TERMINAL } from '../card.fixture.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import {
  mac4,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  secureMessagingMac,
  tacMacKey,
} from '../purse/purse-crypto.ts'
import { PSAM_AID, type Psam } from './psam.ts'

const IDENTITY = { issuerId: '30000001FFFFFFFF', applicationSerial: '03104950000000000017' }
const FACTORS = IDENTITY.applicationSerial.slice(4) + IDENTITY.issuerId
const INIT = `8070000024 A1B2C3D4 0005 000000C8 09 20261121083000 01 00 ${FACTORS}`

async function send(psam: Psam, apdu: string): Promise<string> {
  return toHex(await psam.transmit(fromHex(apdu)))
}

async function sessionKey(terminalSerial: number): Promise<Uint8Array> {
  const key = await deriveCardKey({ store: STORE, ref: REFS.purchase, identity: IDENTITY })
  return purchaseSessionKey(key, { random: fromHex('A1B2C3D4'), offlineNumber: 5, terminalSerial })
}

const credit = (mac2: Uint8Array) => `8072000004${toHex(mac2)}`

describe('files', () => {
  test('terminal number, key index, issuer, validity', async () => {
    const psam = newPsam()
    expect(await send(psam, '00B0960006')).toBe(`${TERMINAL}9000`)
    const info = `0110000003FFFFFFFF10000003FFFFFFFF20200101209912319000`
    expect(await send(psam, '00B0970019')).toBe(info)
    expect(await send(psam, '00B0970000')).toBe(info)
    expect(await send(psam, '00B097001A')).toBe('6C19')
    expect(await send(psam, '00B0980000')).toBe('6A82')
    expect(await opened(psam)).toMatchObject({ terminal: TERMINAL, keyIndex: 1 })
  })

  test('one application', async () => {
    const select = `00A4040010${toHex(PSAM_AID)}`
    expect(await send(newPsam(), select)).toBe('9000')
    expect(await send(newPsam(), '00A4040005A000000632')).toBe('6A82')
    expect(await send(newPsam(), '00A40000023F01')).toBe('6A82')
    expect(await send(newPsam(), '00CA000000')).toBe('6D00')
    expect(await send(newPsam(), '8070')).toBe('6700')
  })
})

test('the master file has neither EF 17 nor purchases', async () => {
  const psam = newPsam()
  expect(await send(psam, '00A40000023F00')).toBe('9000')
  expect(await send(psam, '00B0960006')).toBe(`${TERMINAL}9000`)
  expect(await send(psam, '00B0950000')).toBe(`0000${TERMINAL}0100000000009000`)
  expect(await send(psam, '00B0970000')).toBe('6A82')
  expect(await send(psam, INIT)).toBe('6985')
  expect(await send(psam, `00A4040010${toHex(PSAM_AID)}`)).toBe('9000')
  expect(await send(psam, INIT)).toMatch(/9000$/)
})

describe('keys', () => {
  test.each(['tac', 'load'] as const)('a %s key never gets into a PSAM', (use) => {
    for (const field of ['purchaseKeys', 'maintenanceKeys', 'pinUnblockKeys', 'pinReloadKeys']) {
      expect(() => newPsam({ [field]: [REFS[use]] })).toThrow(
        expect.objectContaining({ code: 'card.bad-field' }),
      )
    }
  })

  test('a store without TAC keys is all that it needs', async () => {
    const keys = STORE.export().filter(({ ref }) => ref.use === 'purchase')
    const random = (length: number) => new Uint8Array(length)
    const keyStore = createSoftwareKeyStore({ keys, engine: pureEngine, random })
    expect(await send(newPsam({ keyStore }), INIT)).toMatch(/9000$/)
  })
})

describe('purchase', () => {
  test('INIT answers serial and MAC1, CREDIT checks MAC2 and moves the serial', async () => {
    const psam = newPsam({ serial: 41 })
    const key = await sessionKey(41)
    const mac1 = purchaseMac1(key, {
      amountFen: 200,
      type: 9,
      terminal: fromHex(TERMINAL),
      dateTime: fromHex('20261121083000'),
    })
    expect(await send(psam, INIT)).toBe(`00000029${toHex(mac1)}9000`)
    expect(psam.serial()).toBe(41)
    expect(await send(psam, credit(purchaseMac2(key, 200)))).toBe('9000')
    expect(psam.serial()).toBe(42)
    expect(await send(psam, credit(purchaseMac2(key, 200)))).toBe('6985')
  })

  test('a wrong MAC2 moves nothing and ends the session', async () => {
    const psam = newPsam()
    await send(psam, INIT)
    expect(await send(psam, '807200000400000000')).toBe('9302')
    expect(await send(psam, credit(purchaseMac2(await sessionKey(1), 200)))).toBe('6985')
    expect(psam.serial()).toBe(1)
  })

  test('MAC2 of a neighbouring counter, amount or serial is wrong', async () => {
    const right = await sessionKey(1)
    const key = await deriveCardKey({ store: STORE, ref: REFS.purchase, identity: IDENTITY })
    const session = { random: fromHex('A1B2C3D4'), offlineNumber: 6, terminalSerial: 1 }
    const wrong = [
      purchaseMac2(purchaseSessionKey(key, session), 200),
      purchaseMac2(right, 201),
      purchaseMac2(await sessionKey(2), 200),
    ]
    for (const mac2 of wrong) {
      const psam = newPsam()
      await send(psam, INIT)
      expect(await send(psam, credit(mac2))).toBe('9302')
    }
  })

  test('unknown key version or algorithm', async () => {
    expect(await send(newPsam(), INIT.replace(' 01 00 ', ' 02 00 '))).toBe('9403')
    expect(await send(newPsam(), INIT.replace(' 01 00 ', ' 01 04 '))).toBe('9403')
    expect(await send(newPsam(), '807000000400000000')).toBe('6700')
  })

  test('the ceiling', async () => {
    const psam = newPsam({ serial: 9, serialCeiling: 10 })
    await send(psam, INIT)
    expect(await send(psam, credit(purchaseMac2(await sessionKey(9), 200)))).toBe('9000')
    expect(await send(psam, INIT)).toBe('9402')
  })

  test('the serial never goes back', () => {
    const psam = newPsam({ serial: 9 })
    psam.advanceTo(5)
    expect(psam.serial()).toBe(9)
    psam.advanceTo(12)
    expect(psam.serial()).toBe(12)
  })

  test('the order of the two levels is a setting that both sides share', async () => {
    const psam = newPsam({ path: ['card', 'issuer'] })
    await send(psam, INIT)
    expect(await send(psam, credit(purchaseMac2(await sessionKey(1), 200)))).toBe('9302')
  })
})

describe('limits', () => {
  const init = (amountFen: number, day = '20261121') =>
    INIT.replace('000000C8', amountFen.toString(16).padStart(8, '0')).replace('20261121', day)
  const isOpened = expect.stringMatching(/9000$/)

  test('of one purchase', async () => {
    const psam = newPsam({ amountCeilingFen: 200 })
    expect(await send(psam, init(200))).toEqual(isOpened)
    expect(await send(psam, init(201))).toBe('6985')
  })

  test('of a day, by count: every MAC1 that was made counts, and the next day begins anew', async () => {
    const psam = newPsam({ dailyCount: 2 })
    expect(await send(psam, init(1))).toEqual(isOpened)
    expect(await send(psam, init(2))).toEqual(isOpened)
    expect(await send(psam, init(3))).toBe('9402')
    expect(await send(psam, init(3, '20261120'))).toBe('9402')
    expect(await send(psam, init(3, '20261122'))).toEqual(isOpened)
    expect(psam.tally()).toEqual({ day: '20261122', count: 1, amountFen: 3 })
  })

  test('of a day, by amount', async () => {
    const psam = newPsam({ dailyAmountFen: 500 })
    expect(await send(psam, init(300))).toEqual(isOpened)
    expect(await send(psam, init(201))).toBe('6985')
    expect(await send(psam, init(200))).toEqual(isOpened)
    expect(await send(psam, init(0))).toEqual(isOpened)
    expect(await send(psam, init(1))).toBe('6985')
  })

  test('the same purchase opened again counts once', async () => {
    const psam = newPsam({ dailyCount: 1 })
    const opening = await send(psam, init(200))
    expect(await send(psam, init(200))).toBe(opening)
    expect(await send(psam, init(201))).toBe('9402')
  })

  test('outlive a restart with the tally, as the serial does', async () => {
    const psam = newPsam({ dailyCount: 1 })
    await send(psam, init(200))
    const again = newPsam({ dailyCount: 1, tally: psam.tally(), serial: psam.serial() })
    expect(await send(again, init(201))).toBe('9402')
  })

  test('of its own dates', async () => {
    const psam = newPsam({ validFrom: '20260101', validTo: '20261231' })
    expect(await send(psam, init(1, '20251231'))).toBe('6985')
    expect(await send(psam, init(1, '20270101'))).toBe('6985')
    expect(await send(psam, init(1))).toEqual(isOpened)
  })

  test('are whole numbers', () => {
    for (const bad of [-1, 0.5, Number.NaN]) {
      expect(() => newPsam({ dailyCount: bad })).toThrow(/does not fit/)
    }
  })
})

describe('delivery key', () => {
  const level = `801A450210${FACTORS}`
  const cipher = (block: string) => `80FA050010 A1B2C3D400000000 ${block}`

  test('authenticates APPLICATION BLOCK', async () => {
    const psam = newPsam()
    expect(await send(psam, level)).toBe('9000')
    expect(await send(psam, cipher('841E000004800000'))).toMatch(/^[0-9A-F]{8}9000$/)
  })

  test('authenticates nothing else: no unblock, no writes', async () => {
    const psam = newPsam()
    for (const block of [
      '8418000004800000',
      '04D6950004800000',
      '841E000008800000',
      '841E000004000000',
    ]) {
      await send(psam, level)
      expect(await send(psam, cipher(block)), block).toBe('6A80')
    }
  })

  test('needs its key and its session', async () => {
    const psam = newPsam()
    expect(await send(psam, cipher('841E000004800000'))).toBe('6985')
    expect(await send(psam, level.replace('4502', '4402'))).toBe('9403')
    expect(await send(psam, level.replace('4502', '4503'))).toBe('9403')
    expect(await send(psam, level.replace('4502', '2502'))).toBe('6A86')
    expect(await send(psam, level.replace('4502', '4902'))).toBe('6A86')
    await send(psam, INIT)
    expect(await send(psam, cipher('841E000004800000'))).toBe('6985')
  })
})

describe('delivery keys of a service point', () => {
  const PINS = {
    pinUnblockKeys: [PIN_REFS['pin-unblock']],
    pinReloadKeys: [PIN_REFS['pin-reload']],
  }
  const level = (type: string) => `801A4${type}0210${FACTORS}`
  const IV = 'A1B2C3D400000000'
  const keyOf = (ref: KeyRef) => deriveCardKey({ store: STORE, ref, identity: IDENTITY })

  test('a gate has none of them', async () => {
    for (const type of ['3', '4']) expect(await send(newPsam(), level(type))).toBe('9403')
  })

  test.each(['0', '1', '2', '6', '7', '8'])(
    'purpose %s is served by no PSAM of ours',
    async (type) => {
      expect(await send(newPsam(PINS), level(type))).toBe('9403')
    },
  )

  test('PIN UNBLOCK: the PIN encrypted, and the MAC over several blocks', async () => {
    const psam = newPsam(PINS)
    const key = await keyOf(PIN_REFS['pin-unblock'])
    await send(psam, level('3'))
    const encrypted = await send(psam, '80FA000008 0312345680000000')
    expect(encrypted).toBe(`${toHex(tdesEncrypt(key, fromHex('0312345680000000')))}9000`)
    const message = fromHex(`842400010C${encrypted.slice(0, 16)}`)
    const padded = `${toHex(message)}800000`
    const challenge = fromHex(IV)
    const mac = toHex(secureMessagingMac({ key, challenge, message }))
    await send(psam, level('3'))
    expect(await send(psam, `80FA070010 ${IV}${padded.slice(0, 16)}`)).toBe('9000')
    expect(await send(psam, `80FA010008 ${padded.slice(16)}`)).toBe(`${mac}9000`)
    await send(psam, level('3'))
    expect(await send(psam, `80FA050018 ${IV}${padded}`)).toBe(`${mac}9000`)
    expect(await send(psam, `80FA050018 ${IV}${padded}`)).toBe('6985')
  })

  test('RELOAD PIN: the MAC over the bare PIN, as the card checks it', async () => {
    const psam = newPsam(PINS)
    await send(psam, level('4'))
    const mac = mac4(tacMacKey(await keyOf(PIN_REFS['pin-reload'])), fromHex('654321'))
    expect(await send(psam, '80FA010008 6543218000000000')).toBe(`${toHex(mac)}9000`)
  })

  test.each([
    ['PIN reload, a message longer than a PIN', '4', '80FA010008 0102030405060780', '6A80'],
    ['PIN reload, an initial value', '4', `80FA050010 ${IV}6543218000000000`, '6A80'],
    ['PIN reload, encryption', '4', '80FA000008 0312345680000000', '6985'],
    ['PIN unblock, another command', '3', `80FA050010 ${IV}841E000004800000`, '6A80'],
    ['PIN unblock, a wrong Lc', '3', `80FA050018 ${IV}842400010800000000000000008000 00`, '6A80'],
    ['PIN unblock, no initial value', '3', '80FA010008 8424000104800000', '6985'],
    ['PIN unblock, encryption of anything', '3', '80FA000008 1122334455667788', '6A80'],
    ['no padding', '3', `80FA050010 ${IV}8424000104000000`, '6A80'],
    ['no whole block', '3', `80FA05000F ${IV}84240001048000`, '6700'],
    ['another P1', '3', `80FA080008 ${IV}`, '6A86'],
  ])('%s', async (_name, type, apdu, sw) => {
    const psam = newPsam(PINS)
    await send(psam, level(type))
    expect(await send(psam, apdu)).toBe(sw)
    expect(await send(psam, `80FA050010 ${IV}8424000104800000`)).toBe('6985')
  })

  test('a chain has one initial value and an end', async () => {
    const psam = newPsam(PINS)
    await send(psam, level('3'))
    await send(psam, `80FA070010 ${IV}8424000104000000`)
    expect(await send(psam, `80FA070010 ${IV}8424000104000000`)).toBe('6985')
    await send(psam, level('3'))
    let answer = await send(psam, `80FA0700F8 ${IV}${'84'.repeat(240)}`)
    expect(answer).toBe('9000')
    answer = await send(psam, `80FA030010 ${'84'.repeat(16)}`)
    expect(answer).toBe('6700')
  })
})

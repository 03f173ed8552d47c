import { fromHex, toHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { newPsam, opened, REFS, STORE, TERMINAL } from '../card.fixture.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import { purchaseMac1, purchaseMac2, purchaseSessionKey } from '../purse/purse-crypto.ts'
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
    expect(await send(newPsam(), '00CA000000')).toBe('6D00')
    expect(await send(newPsam(), '8070')).toBe('6700')
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
    expect(await send(psam, level.replace('4502', '4402'))).toBe('6A86')
    await send(psam, INIT)
    expect(await send(psam, cipher('841E000004800000'))).toBe('6985')
  })
})

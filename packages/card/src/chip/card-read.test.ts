import { concat, fromHex, toHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, SELECT } from '../bench-card.fixture.ts'
import { initApdu, newSlot } from '../card.fixture.ts'
import { publicInfoLayout } from '../files/card-files.ts'
import { holderLayout } from '../files/holder-file.ts'
import { emptyLocalRecords } from '../files/local-records.ts'
import { PPSE, PSE } from './applications.ts'
import { identityOf } from './personalise.ts'

let card: BenchCard

beforeEach(async () => {
  card = await benchCard()
})

describe('SELECT', () => {
  test('purse by full, partial and longer name', () => {
    const fci = card.send(SELECT)
    const info = publicInfoLayout.encode({
      ...identityOf({ issuer: '30000001', number: '3104950000000000017' }),
      applicationType: 2,
      enabledFlag: 1,
      validFrom: '20260101',
      validTo: '20361231',
    })
    expect(fci).toBe(`6F318408A000000632010105A5259F0801029F0C1E${toHex(info)}9000`)
    expect(card.send('00A4040005A000000632')).toBe(fci)
    expect(card.send(`${SELECT}00`)).toBe(fci)
    expect(card.send('00A4040009A00000063201010501')).toBe('6A82')
    expect(card.send('00A4040004A0000006')).toBe('6A82')
  })

  test('the directory of the T-Union card, byte for byte', () => {
    const cash = '6119 4F08 A000000632010106 500A 4D4F545F545F43415348 870101'
    const purse = '6117 4F08 A000000632010105 5008 4D4F545F545F4550 870102'
    const ppse = `6F49 840E ${toHex(PPSE)} A537 BF0C34 ${cash} ${purse} 9000`
    expect(card.send(concat(fromHex('00A404000E'), PPSE))).toBe(ppse.replaceAll(' ', ''))
  })

  test('the directory of a card with contacts', () => {
    const fci = '6F1E 840E 315041592E5359532E4444463031 A50C 880101 5F2D027A68 9F110101 9000'
    expect(card.send(concat(fromHex('00A404000E'), PSE))).toBe(fci.replaceAll(' ', ''))
  })

  test('unknown names, files and next occurrences', () => {
    expect(card.send('00A4040008A000000632010107')).toBe('6A82')
    expect(card.send('00A40000023F00')).toBe('6A82')
    expect(card.send('00A4040208A000000632010105')).toBe('6A82')
    expect(card.send('00A4080008A000000632010105')).toBe('6A86')
  })

  test('without it there is no purse', () => {
    card.lose()
    expect(card.send('00B0950000')).toBe('6A82')
    expect(card.send('805C030204')).toBe('6985')
    expect(card.send(initApdu(0x03, 0))).toBe('6985')
  })
})

describe('reading', () => {
  test('files whole and in part', () => {
    expect(card.send('00B095001E')).toHaveLength(64)
    expect(card.send('00B0950000')).toBe(card.send('00B095001E'))
    expect(card.send('00B0970408')).toBe('79007910000101009000')
    expect(card.send('00B097003D')).toBe('6C3C')
    expect(card.send('00B0973C00')).toBe('6B00')
    expect(card.send('00B0960000')).toBe('6A82')
    expect(card.send('00B0000000')).toBe('6A86')
  })

  test('records by number', () => {
    expect(card.send('00B201D480').slice(0, 6)).toBe('27017D')
    expect(card.send('00B202D400').slice(0, 6)).toBe('27027D')
    expect(card.send('00B201D47F')).toBe('6C80')
    expect(card.send('00B20FD400')).toBe('6A83')
    expect(card.send('00B201C417')).toBe('6A83')
    expect(card.send('00B200C417')).toBe('6A83')
    expect(card.send('00B202D000').slice(0, 6)).toBe('27027D')
    expect(card.send('00B205D500')).toHaveLength(2 * 256 + 4)
    expect(card.send('00B206D500')).toHaveLength(2 * 128 + 4)
    expect(card.send('00B201C617')).toBe('6A86')
    expect(card.send('00B2010C00')).toBe('6A82')
  })

  test('records by id: of shared records only, a cyclic file has none', () => {
    expect(card.send('00B206D000').slice(0, 6)).toBe('27067D')
    expect(card.send('00B207D000')).toBe('6A83')
    expect(card.send('00B201F000')).toBe('6A83')
  })

  test("the issuer's own records, EF 19, by number and by id", async () => {
    const slot = await newSlot({ localRecords: emptyLocalRecords() })
    const send = async (apdu: string) => toHex(await slot.transmit(fromHex(apdu)))
    await send(SELECT)
    expect(await send('00B201CC00')).toBe(`012E${'00'.repeat(46)}9000`)
    expect(await send('00B209C800')).toBe(`092E${'00'.repeat(46)}9000`)
    expect(await send('00B205CC10')).toBe(`050E${'00'.repeat(14)}9000`)
    expect(await send('00B20ACC00')).toBe('6A83')
    await slot.transmit(initApdu(0x03, 0))
    expect(await send(`80DC05C810050E${'11'.repeat(14)}`)).toBe('9000')
    expect(await send(`80DC05C810060E${'11'.repeat(14)}`)).toBe('6A80')
  })

  test('the holder, EF 16, only to those who may know', async () => {
    const pin = { value: fromHex('123456'), tries: 3, forLoad: false }
    const holder = { cardType: 1, idNumber: 'E12345678'.padEnd(32, '\0'), idType: 2 }
    const slot = await newSlot({ holder, pin })
    const send = async (apdu: string) => toHex(await slot.transmit(fromHex(apdu)))
    await send(SELECT)
    expect(await send('00B0960000')).toBe('6982')
    expect(await send('0020000003123456')).toBe('9000')
    expect(await send('00B0960000')).toBe(`${toHex(holderLayout.encode(holder))}9000`)
    await send(SELECT)
    expect(await send('00B0960000')).toBe('6982')
  })

  test('balance in all its forms', () => {
    expect(card.send('805C000204')).toBe('000013889000')
    expect(card.send('805C010204')).toBe('000000009000')
    expect(card.send('805C020204')).toBe('000000009000')
    expect(card.send('805C0302')).toBe('000013889000')
    expect(card.send('805C050210')).toBe(`00001388${'00'.repeat(12)}9000`)
    expect(card.send('805C030205')).toBe('6C04')
    expect(card.send('805C030104')).toBe('6A81')
    expect(card.send('805C060204')).toBe('6A86')
  })

  test('what is not a command', () => {
    expect(card.send('00CA9F7900')).toBe('6E00')
    expect(card.send('80CA000009')).toBe('6A88')
    expect(card.send('0070000000')).toBe('6D00')
    expect(card.send('80A40000')).toBe('6E00')
    expect(card.send('FFCA000000')).toBe('6E00')
    for (const bad of ['', '00', '00A404', '00A4040008A0', '00B0950000000000'])
      expect(card.send(bad), bad).toBe('6700')
  })
})

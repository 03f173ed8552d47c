import { fromHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainApdu } from './explain-apdu.ts'
import { statusText } from './status-texts.ts'

const EF15 = '02002900FFFFFFFF02010319000024000000000820260101203612310000'
const TRIP =
  '0600004131990000010200010001000000000000C8000012C0202611211351445210152152 11FFFFFFFF000000000000'.replace(
    ' ',
    '',
  )

function english(apdu: string, response: string, device?: 'card' | 'psam') {
  return explainApdu(fromHex(apdu), fromHex(response), device).words.en
}

describe('commands and answers in words', () => {
  it.each([
    [
      '00A4040008A00000063201010500',
      `6F3184 08 A000000632010105 A525 9F080102 9F0C1E ${EF15} 9000`,
      'SELECT: application T-Union electronic purse → card 3190000240000000008, issuer 02002900, valid 20260101-20361231; 9000 done',
    ],
    [
      '00A40400 08 A000000003869807',
      '6A82',
      'SELECT: application city-union purse (MOHURD) → 6A82 no such file or application',
    ],
    [
      '00A40400 0E 325041592E5359532E4444463031',
      '6A81',
      'SELECT: application directory of a contactless card (PPSE) → 6A81 application locked',
    ],
    [
      '00B0950000',
      `${EF15} 9000`,
      'READ BINARY: file public information (15) → card 3190000240000000008, issuer 02002900, valid 20260101-20361231; 9000 done',
    ],
    ['805C030204', '000012C09000', 'GET BALANCE: which real → balance 48.00 yuan; 9000 done'],
    [
      '80500302 0B 01 000000C8 413199000001 0F',
      '00001388 0007 000000 01 00 615EA544 9000',
      'INITIALIZE FOR CAPP PURCHASE: key index 1, amount 2.00 yuan, terminal 413199000001 → balance 50.00 yuan, counter 7, overdraft 0.00 yuan, key version 1, algorithm 3DES, random 615EA544; 9000 done',
    ],
    [
      '80500002 0B 01 000003E8 413199000001 10',
      '9403',
      'INITIALIZE FOR LOAD: key index 1, amount 10.00 yuan, terminal 413199000001 → 9403 key index not supported',
    ],
    [
      `80DC00F030 ${TRIP}`,
      '9000',
      'UPDATE CAPP DATA CACHE: file trip log (1E), trip single, mode bus, amount 2.00 yuan, balance 48.00 yuan, city 5210, time 2026-11-21 13:51:44 → 9000 done',
    ],
    [
      '80540100 0F 00000001 20261121135144 FD60D930 08',
      '5A75C9A9 A0E9318A 9000',
      'DEBIT FOR PURCHASE: terminal serial 1, time 2026-11-21 13:51:44, MAC1 FD60D930 → TAC 5A75C9A9, MAC2 A0E9318A; 9000 done',
    ],
    [
      '805A0009 02 0001 08',
      'A0E9318A 5A75C9A9 9000',
      'GET TRANSACTION PROVE: type composite purchase, counter 1 → MAC2 A0E9318A, TAC 5A75C9A9; 9000 done',
    ],
    [
      '80520000 0B 20261121135144 2988AE5A 04',
      '9302',
      'CREDIT FOR LOAD: time 2026-11-21 13:51:44, MAC2 2988AE5A → 9302 MAC wrong',
    ],
    [
      '841E0001 04 01020304',
      '9000',
      'APPLICATION BLOCK: how long for ever, MAC 01020304 → 9000 done',
    ],
    [
      '00B201C417',
      '6A83',
      'READ RECORD: file transaction log (18), record 1 → 6A83 no such record',
    ],
    ['90600000', '6E00', 'unknown command → 6E00 unknown class'],
    ['00', '6700', 'not a command → 6700 wrong length'],
  ])('%s', (apdu, response, words) => {
    expect(english(apdu.replace(/ /g, ''), response.replace(/ /g, ''))).toBe(words)
  })

  it('the same bytes are other files in a PSAM', () => {
    expect(english('00B0960006', '4131990000019000', 'psam')).toBe(
      'READ BINARY: file terminal number (16) → terminal 413199000001; 9000 done',
    )
    expect(english('00B0960000', '6A82', 'card')).toContain('holder (16)')
  })

  it('says it in Chinese, too', () => {
    expect(explainApdu(fromHex('805C030204'), fromHex('000012C09000')).words.zh).toBe(
      '读余额: 种类 实际余额 → 余额 48.00 元; 9000 成功',
    )
  })

  it('never shows a PIN', () => {
    for (const head of ['00200000', '805E0100', '84240001']) {
      const { command, words } = explainApdu(fromHex(`${head}03123456`), fromHex('63C2'))
      expect(command).toMatch(/ 03 •• •• ••$/)
      expect(words.en + words.zh).not.toContain('12')
      expect(words.en).toContain('wrong, 2 tries left')
    }
  })

  it('knows the families of status words', () => {
    expect(statusText(0x6110).en).toBe('16 more bytes wait')
    expect(statusText(0x6c1e).zh).toBe('应取 30 字节')
    expect(statusText(0x1234).en).toContain('does not know')
  })

  it('takes any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 80 })
    fc.assert(
      fc.property(bytes, bytes, fc.constantFrom('card', 'psam'), (apdu, response, device) => {
        const { words, command } = explainApdu(apdu, response, device)
        expect(words.en).toContain('→')
        expect(command.replace(/[ •]/g, '').length).toBeLessThanOrEqual(apdu.length * 2)
      }),
    )
    const headers = fc.constantFrom(
      0x00a4,
      0x00b0,
      0x00b2,
      0x805c,
      0x8050,
      0x8052,
      0x8054,
      0x80dc,
      0x805a,
      0x841e,
      0x8070,
      0x8072,
      0x801a,
      0x80fa,
    )
    fc.assert(
      fc.property(
        headers,
        fc.nat(255),
        fc.nat(255),
        bytes,
        bytes,
        (header, p1, p2, data, answer) => {
          const apdu = Uint8Array.of(
            header >> 8,
            header & 0xff,
            p1,
            p2,
            ...(data.length > 0 ? [data.length, ...data] : []),
          )
          expect(explainApdu(apdu, Uint8Array.of(...answer, 0x90, 0x00)).words.zh).toContain('→')
        },
      ),
    )
  })
})

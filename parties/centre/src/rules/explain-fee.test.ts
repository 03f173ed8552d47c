import { utf8 } from '@unifare/core'
import { pureEngine } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { CENTRE, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { DEMONSTRATION_FEES } from '../fees.ts'
import { explainFee } from './explain-fee.ts'
import { rulesHold, type SignedRuleBook } from './rule-book.ts'

const asked = { mode: 'bus', acquirer: OPERATOR, issuer: ISSUER, day: DAY, amountFen: 500 } as const

describe('a fee explained', () => {
  it('says which row gave it, what it is, and who gets what, in both languages', () => {
    expect(explainFee(DEMONSTRATION_FEES, asked)?.text).toEqual({
      en:
        'Row any (for everything, from 2026-01-01): 0.6 % of 5.00 CNY is 3 fen. ' +
        'The operator keeps 15 % of it, 0.45 fen, the issuer 50 %, 1.5 fen, the centre the rest, 1.05 fen. ' +
        'So the operator receives 497.45 fen and the issuer pays 498.5 fen.',
      zh:
        '费率行 any（适用于全部，自 2026-01-01 起）：5.00 元的 0.6 % 为手续费 3 分；' +
        '其中收单机构得 15 %，0.45 分，发卡机构得 50 %，1.5 分，其余 1.05 分归清分中心。' +
        '收单机构实收 497.45 分，发卡机构实付 498.5 分。',
    })
  })

  it('names the rows that were less specific', () => {
    const taxi = explainFee(DEMONSTRATION_FEES, { ...asked, mode: 'taxi' })
    expect(taxi).toMatchObject({ row: { id: 'taxi' }, beaten: ['any'] })
    expect(taxi?.text.en).toContain('(taxi, from')
  })

  it('says when a floor, a cap or a tier made it', () => {
    const [any] = DEMONSTRATION_FEES as [(typeof DEMONSTRATION_FEES)[0]]
    const rows = [
      {
        ...any,
        tiers: [{ fromFen: 10_000, ratePpm: 5_000 }],
        floorMicro: 1_500_000,
        capMicro: 80_000_000,
      },
    ]
    const told = (amountFen: number) => {
      const { en, zh } = explainFee(rows, { ...asked, amountFen })?.text ?? { en: '', zh: '' }
      return [en.split('. ')[0], zh.split('；')[0]]
    }
    const [row, zhRow] = [
      'Row any (for everything, from 2026-01-01): ',
      '费率行 any（适用于全部，自 2026-01-01 起）：',
    ]
    expect(told(500)).toEqual([
      `${row}0.6 % of 5.00 CNY is 3 fen`,
      `${zhRow}5.00 元的 0.6 % 为手续费 3 分`,
    ])
    expect(told(200)[0]).toBe(`${row}0.6 % of 2.00 CNY is 1.2 fen, at least 1.5 fen`)
    expect(told(200)[1]).toBe(`${zhRow}2.00 元的 0.6 % 为 1.2 分，按下限收手续费 1.5 分`)
    expect(told(20_000)).toEqual([
      `${row}0.5 % (from 100.00 CNY on) of 200.00 CNY is 100 fen, at most 80 fen`,
      `${zhRow}200.00 元的 0.5 %（100.00 元起） 为 100 分，按上限收手续费 80 分`,
    ])
    expect(told(1)[0]).toMatch(
      /is 0\.006 fen, at least its floor, and no more than the charge: 1 fen$/,
    )
  })

  it('says nothing where no row fits: the charge is rejected, never free', () => {
    expect(explainFee(DEMONSTRATION_FEES, { ...asked, day: '2025-12-31' })).toBeUndefined()
  })

  it('ties for every amount: receives and centre are what the issuer pays', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (amountFen) => {
        const told = explainFee(DEMONSTRATION_FEES, { ...asked, mode: 'bicycle', amountFen })
        const { operatorMicro = 0n, issuerMicro = 0n, centreMicro = 0n } = told?.shares ?? {}
        expect(issuerMicro - operatorMicro).toBe(centreMicro)
        expect(told?.row.id).toBe('bicycle')
      }),
    )
  })
})

describe('the rules of a centre', () => {
  it('are answered to members as signed, dated data', async () => {
    const network = await openTestCentre()
    const ask = async () => {
      const answer = (await network.send(OPERATOR, 'pull', utf8('{"rules":true}'))) as unknown
      return answer as SignedRuleBook
    }
    const book = await ask()
    expect(book.rules).toMatchObject({ centre: CENTRE, fees: DEMONSTRATION_FEES })
    for (const rows of [book.rules.fees, book.rules.codes, book.rules.windows, book.rules.models]) {
      expect(rows.length).toBeGreaterThan(0)
      for (const { validFrom, source } of rows) expect([validFrom, source]).not.toContain('')
    }
    const trust = { key: network.publicKeyOf(CENTRE), engine: pureEngine }
    expect(rulesHold(book, trust)).toBe(true)
    const [first] = book.rules.fees
    const changed = {
      ...book.rules,
      fees: [{ ...first, ratePpm: 1 } as (typeof book.rules.fees)[0]],
    }
    expect(rulesHold({ ...book, rules: changed }, trust)).toBe(false)
    expect(await ask()).toEqual(book)
  })
})

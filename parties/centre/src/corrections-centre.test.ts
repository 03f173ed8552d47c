import { balances, trialBalance } from '@unifare/ledger'
import { describe, expect, test } from 'vitest'
import { openTestCentre } from './centre.fixture.ts'
import { chargeOf, ISSUER, OPERATOR } from './clearing.fixture.ts'
import { codeTap } from './code.fixture.ts'
import { NEXT } from './corrected-days.fixture.ts'

describe('a centre', () => {
  async function corrected() {
    const network = await openTestCentre()
    const { tap, content } = await codeTap()
    await network.centre.command({ do: 'publish-issuer-keys', content })
    await network.taps([tap])
    const asked = (number: number, amountFen: number, corrects: number) =>
      chargeOf([tap], { number, amountFen, corrects })
    await network.charges([asked(1, 600, 0)])
    const first = await network.close()
    await network.charges([asked(2, 400, 1), asked(3, 450, 2)])
    const second = await network.close(NEXT)
    return { network, tap, asked, results: [first, second] }
  }

  test('closes days with corrections, and runs each again to its root', async () => {
    const { network, results, asked } = await corrected()
    expect(results).toMatchObject([
      { settledFen: 600, rejected: {} },
      { settledFen: -150, rejected: {} },
    ])
    await network.charges([asked(4, 100, 3), asked(5, 500, 1)])
    const third = await network.close('2026-11-22')
    expect(third).toMatchObject({ settledFen: -350, rejected: { 'charge.corrected': 1 } })
    for (const { day, root } of [...results, third]) {
      expect((await network.centre.rerun(day)).root).toBe(root)
    }
  })

  test('has books that sum to zero, and members that stand as if asked once, to the fen of rounding', async () => {
    const { network } = await corrected()
    const { rows, sumFen } = trialBalance(await network.centre.read((tx) => balances(tx)))
    expect(sumFen).toBe(0)
    const of = (account: string) =>
      rows.filter((row) => row.account === account).reduce((sum, row) => sum + row.balanceFen, 0)
    // By one charge of 4.50 yuan 447.705 and 448.65 fen. Each day rounds once: 597 − 149, 598 − 150.
    expect(of(`member/${OPERATOR}/receivable`)).toBe(448)
    expect(of(`member/${ISSUER}/payable`)).toBe(-448)
  })

  test('a second charge for a corrected ride is the same on the day and when it runs again', async () => {
    const { network, tap } = await corrected()
    const third = chargeOf([tap], { number: 4, amountFen: 600 })
    await network.charges([third])
    const result = await network.close('2026-11-22')
    expect(result.rejected).toEqual({ 'tap.charged': 1 })
    expect((await network.centre.rerun(NEXT)).root).not.toBe(result.root)
    expect((await network.centre.rerun('2026-11-22')).root).toBe(result.root)
  })
})

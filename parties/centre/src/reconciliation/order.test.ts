import { balances } from '@unifare/ledger'
import { describe, expect, it } from 'vitest'
import { openTestCentre } from '../centre.fixture.ts'
import { CARD, cardTap, chargeOf, DAY, ISSUER, OPERATOR } from '../clearing.fixture.ts'
import { codeTap } from '../code.fixture.ts'
import { proveStored } from '../proof/stored-proof.ts'
import type { ReconciliationResult } from './centre-order.ts'
import { loadItems } from './item-table.ts'

const NEXT_DAY = '2026-11-21'
const LINE = {
  reference: 'B1',
  endToEnd: '',
  bookedOn: DAY,
  valueOn: DAY,
  amountFen: 500,
  counterparty: 'somebody',
}

describe('the order to reconcile', () => {
  it('names what is missing within the day, and closes it when the late tap comes', async () => {
    const network = await openTestCentre()
    const rides = await Promise.all([1, 2, 3].map((sequence) => cardTap({ sequence })))
    const [first, second, third] = rides as [
      (typeof rides)[0],
      (typeof rides)[0],
      (typeof rides)[0],
    ]
    await network.taps([first])
    await network.taps([{ ...third, sequence: 2 }])
    await network.charges([
      chargeOf([first], { number: 1 }),
      chargeOf([{ ...third, sequence: 2 }], { number: 2 }),
    ])
    await network.close()
    const reconcile = (day: string) =>
      network.centre.command({ do: 'reconcile', day }) as Promise<ReconciliationResult>

    const gap = `card.gap/${ISSUER}/${CARD}/3`
    expect(await reconcile(DAY)).toEqual({ day: DAY, opened: [gap], closed: [], open: 1 })
    expect(await reconcile(DAY)).toEqual({ day: DAY, opened: [], closed: [], open: 1 })
    const held = await network.centre.read((tx) => balances(tx, 'suspense'))
    expect([...held]).toEqual([['suspense/reconciliation/card.gap', -200]])

    await network.taps([{ ...second, sequence: 3 }])
    await network.charges(
      [chargeOf([{ ...second, sequence: 3 }], { number: 3, tapDay: NEXT_DAY })],
      NEXT_DAY,
    )
    expect(await reconcile(NEXT_DAY)).toMatchObject({ opened: [], closed: [gap], open: 0 })
    const items = await network.centre.read((tx) => loadItems(tx))
    expect(items.get(gap)).toMatchObject({ openedOn: DAY, closedOn: NEXT_DAY, member: ISSUER })
    const all = await network.centre.read((tx) => balances(tx))
    expect(all.get('suspense/reconciliation/card.gap')).toBe(0)
    expect([...all.values()].reduce((sum, fen) => sum + fen, 0)).toBe(0)
  })

  it('keeps what the bank told, once, and refuses to hear it otherwise', async () => {
    const network = await openTestCentre()
    const reconcile = (lines: unknown) =>
      network.centre.command({ do: 'reconcile', day: DAY, lines })
    expect(await reconcile([LINE])).toMatchObject({ opened: ['bank.unexpected/B1'] })
    expect(await reconcile([LINE])).toMatchObject({ opened: [], open: 1 })
    await expect(reconcile([{ ...LINE, amountFen: 501 }])).rejects.toMatchObject({
      code: 'bank.conflict',
    })
    for (const bad of [{}, [{}], [{ ...LINE, bookedOn: 'soon' }]]) {
      await expect(reconcile(bad)).rejects.toMatchObject({ code: 'bank.bad-statement' })
    }
  })

  it('finds nothing wrong with corrections, on any day that they touch', async () => {
    const network = await openTestCentre()
    const { tap, content } = await codeTap()
    await network.centre.command({ do: 'publish-issuer-keys', content })
    await network.taps([tap])
    const asked = (number: number, amountFen: number, corrects: number) =>
      chargeOf([tap], { number, amountFen, corrects })
    await network.charges([asked(1, 600, 0)])
    await network.close()
    await network.charges([asked(2, 400, 1), asked(3, 450, 2)])
    expect(await network.close(NEXT_DAY)).toMatchObject({ settledFen: -150 })
    for (const day of [DAY, NEXT_DAY]) {
      expect(await network.centre.command({ do: 'reconcile', day })).toMatchObject({ open: 0 })
    }
    for (const [number, day] of [
      [1, DAY],
      [2, NEXT_DAY],
      [3, NEXT_DAY],
    ] as const) {
      const proof = await network.centre.read((tx) => proveStored(tx, `${OPERATOR}-${number}`))
      expect(proof.day).toBe(day)
    }
  })
})

import { concat } from '@unifare/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { VERDICT_NUMBERS, verdictRow } from '../engine/verdict-rows.ts'
import { ruledPages } from './ruled-pages.ts'

/** Taps of charges, account by account. */
const ACCOUNTS = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 5 }))

function rowsOf(accounts: readonly (readonly number[])[]) {
  let number = 0
  const charges = accounts.map((own) => own.map((taps) => ({ taps, number: ++number })))
  const rows = charges.flatMap((own, account) =>
    own.flatMap((charge) =>
      Array.from({ length: charge.taps }, (_, place) => rowOf(account, charge.number, place)),
    ),
  )
  return { charges, rows: concat(...rows) }
}

function rowOf(account: number, number: number, place: number): Uint8Array {
  return verdictRow.encode({
    operator: '30000001',
    number,
    corrects: 0,
    issuer: '20000001',
    // Neighbours may differ in the last digit or in the medium alone.
    account: String(account >> 1).padStart(19, '0'),
    medium: (account & 1) + 1,
    mode: 1,
    tapDay: '20261120',
    verdict: VERDICT_NUMBERS.normal,
    place,
    feeRow: 0,
    amountFen: 100,
    balanceFen: 0,
    terminal: '400000000001',
    at: 0,
    sequence: number,
    counter: number,
  })
}

test('pages hold whole accounts, and every charge once in the order of the rows', () => {
  fc.assert(
    fc.property(ACCOUNTS, fc.integer({ min: 1, max: 6 }), (accounts, most) => {
      const { charges, rows } = rowsOf(accounts)
      const pages = [...ruledPages(rows, most)].map((page) => page.map(({ number }) => number))
      const own = charges.map((account) => account.map(({ number }) => number))
      expect(pages.flat()).toEqual(own.flat())
      for (const numbers of own) {
        expect(pages.filter((page) => numbers.some((one) => page.includes(one)))).toHaveLength(1)
      }
      // No page goes on behind the account that filled it.
      for (const page of pages) {
        const last = own.find((numbers) => numbers.includes(page.at(-1) ?? 0)) ?? []
        expect(page.length - last.length).toBeLessThan(most)
      }
    }),
  )
})

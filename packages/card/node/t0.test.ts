import { concat, fromHex, toHex } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { must, newPsam, newSlot, opened, prepareBus, viewOf } from '../src/card.fixture.ts'
import { debit } from '../src/reader/purchase-flow.ts'
import { completing } from './t0.ts'

/** A card that speaks T=0: data or an answer in one command, never both, at most `most` at a time. */
function t0Card(answer: (apdu: Uint8Array) => Promise<Uint8Array>, most: number) {
  const sent: string[] = []
  let waits: Uint8Array = new Uint8Array(0)
  return {
    sent,
    async transmit(apdu: Uint8Array): Promise<Uint8Array> {
      sent.push(toHex(apdu))
      const gets = apdu[1] === 0xc0
      const response = gets ? waits : await answer(apdu)
      const data = gets ? response : response.slice(0, -2)
      if (!gets && toHex(response.slice(-2)) !== '9000') return response
      if (gets) {
        waits = data.slice(apdu[4] || 256)
        const left = waits.length
        const status = left === 0 ? fromHex('9000') : Uint8Array.of(0x61, Math.min(left, most))
        return concat(data.slice(0, apdu[4] || 256), status)
      }
      if (data.length === 0) return response
      waits = data
      return Uint8Array.of(0x61, Math.min(data.length, most))
    },
  }
}

describe('a card under T=0', () => {
  test('reads and pays as under T=1, its answers fetched in parts', async () => {
    const slot = await newSlot()
    const card = t0Card((apdu) => slot.transmit(apdu), 20)
    const transport = { transmit: completing((apdu) => card.transmit(apdu), 't0') }
    const psam = await opened(newPsam())
    expect(await viewOf(transport)).toEqual(await viewOf(await newSlot()))
    const { pending } = must(await prepareBus({ transport, psam }))
    expect(must(await debit({ transport, psam, pending })).balanceAfterFen).toBe(4800)
    expect(card.sent).toContain('00A4040008A000000632010105')
    expect(card.sent.filter((apdu) => apdu === '00C0000014').length).toBeGreaterThan(5)
  })

  test('under T=1 a command goes out as it is', async () => {
    const sent: string[] = []
    const transmit = completing(async (apdu) => {
      sent.push(toHex(apdu))
      return fromHex('9000')
    }, 't1')
    await transmit(fromHex('00A4040008A00000063201010500'))
    expect(sent).toEqual(['00A4040008A00000063201010500'])
  })

  test('6Cxx repeats the command with the length that the card names', async () => {
    const sent: string[] = []
    const transmit = completing(async (apdu) => {
      sent.push(toHex(apdu))
      return apdu.at(-1) === 0x1e ? fromHex('AABB9000') : fromHex('6C1E')
    }, 't1')
    expect(toHex(await transmit(fromHex('00B0950000')))).toBe('AABB9000')
    expect(sent).toEqual(['00B0950000', '00B095001E'])
  })

  test('other status words are the answer', async () => {
    for (const status of ['6A82', '6985', '9401']) {
      expect(
        toHex(await completing(async () => fromHex(status), 't0')(fromHex('00B0950000'))),
      ).toBe(status)
    }
  })

  test.each(['', '90', '6105', '6C05'])('a card that never ends is broken: %s', async (answer) => {
    const transmit = completing(async () => fromHex(answer), 't1')
    await expect(transmit(fromHex('00B0950000'))).rejects.toMatchObject({ code: 'card.bad-answer' })
  })
})

import { toHex, utf8 } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { countingRandom, must, newPsam, opened, prepareBus, viewOf } from '../card.fixture.ts'
import { debit } from '../reader/purchase-flow.ts'
import { issuerOf, newPhone } from './phone.fixture.ts'
import type { PhoneReceipt } from './phone-script.ts'
import { provesDevice, readReceipt } from './phone-script.ts'
import { createPhoneSlot, runScript, signStatement, switchInstance } from './phone-slot.ts'

/** A phone with a live card, whose store is slow, or refuses. */
async function withStore(store: () => Promise<void>) {
  const base = await newPhone()
  const issuer = await issuerOf(base)
  await runScript(base.manage, await issuer.personalise(1), issuer.aid)
  await switchInstance(base.manage, issuer.aid, 'on')
  const slot = createPhoneSlot({ phone: base.phone(), random: countingRandom(), onChange: store })
  return { slot, issuer }
}

const slow = () => new Promise<void>((done) => setTimeout(done, 5))

describe('a reader and the wallet app at once', () => {
  test('a debit beside a freeze: the card is frozen with what the debit left, or without it', async () => {
    for (const first of ['debit', 'freeze'] as const) {
      const { slot, issuer } = await withStore(slow)
      const psam = await opened(newPsam())
      const { pending } = must(await prepareBus({ transport: slot, psam }))
      const freeze = await issuer.state('freeze', 2)
      const both = {
        debit: () => debit({ transport: slot, psam, pending }),
        freeze: () => runScript(slot.manage, freeze, issuer.aid),
      }
      // One is sent while the store still keeps what the other changed.
      const running = first === 'debit' ? both.debit() : both.freeze()
      const other = first === 'debit' ? both.freeze() : both.debit()
      const [debited, frozen] = first === 'debit' ? [running, other] : [other, running]
      const paid = (await debited) as Awaited<ReturnType<typeof both.debit>>
      const receipt = readReceipt((await frozen) as Uint8Array, issuer.device) as PhoneReceipt
      expect(slot.phone().instances.map(({ state }) => state)).toEqual(['moved'])
      expect(receipt.balanceFen).toBe(paid.ok ? 4_800 : 5_000)
    }
  })

  test('field lost while a change is being kept: kept, and nothing is selected any more', async () => {
    let leave = () => {}
    const { slot } = await withStore(async () => {
      leave()
    })
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    leave = () => {
      slot.reset()
    }
    expect(await debit({ transport: slot, psam, pending })).toMatchObject({ ok: true })
    expect(slot.phone().session.aid).toBeNull()
    expect(await viewOf(slot)).toMatchObject({ balanceFen: 4_800 })
  })

  test('a store that refused once does not stop the next command', async () => {
    let full = true
    const { slot, issuer } = await withStore(async () => {
      if (full) throw new Error('disk full')
    })
    await expect(switchInstance(slot.manage, issuer.aid, 'off')).rejects.toThrow('disk full')
    full = false
    await switchInstance(slot.manage, issuer.aid, 'off')
    expect(slot.phone().instances.map(({ state }) => state)).toEqual(['personalised'])
  })
})

describe('the device key', () => {
  test('signs statements of the wallet app, never receipts', async () => {
    const slot = await newPhone()
    const { device } = await issuerOf(slot)
    const statement = utf8('01011000 123456789012')
    const signature = await signStatement(slot.manage, statement)
    expect(provesDevice(device, statement, signature)).toBe(true)
    expect(provesDevice(device, utf8('01011000 123456789013'), signature)).toBe(false)
    const other = await issuerOf(await newPhone(2))
    expect(provesDevice(other.device, statement, signature)).toBe(false)
    const body = utf8('{"kind":"freeze"}')
    const forged = Uint8Array.of(...(await signStatement(slot.manage, body)), ...body)
    expect(readReceipt(forged, device)).toBeUndefined()
    await expect(signStatement(slot.manage, new Uint8Array(65))).rejects.toMatchObject({
      code: 'card.wrong-status',
    })
    expect(toHex(await slot.transmit(Uint8Array.of(0x80, 0xcc, 0, 0, 1, 0)))).toMatch(/^6[DE]00$/)
  })
})

import { fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { must, NUMBER, newPsam, opened, prepareBus, viewOf } from '../card.fixture.ts'
import { PPSE, PURSE_AID } from '../chip/applications.ts'
import { blockApplication } from '../reader/block-flow.ts'
import { debit } from '../reader/purchase-flow.ts'
import { readCard } from '../reader/read-card.ts'
import { exchange } from '../reader/transport.ts'
import { aidOf, BEIJING, issuerOf, JIANGSU, newPhone } from './phone.fixture.ts'
import { restorePhone, serialisePhone } from './phone-image.ts'
import { readReceipt } from './phone-script.ts'
import { createPhoneSlot, runScript, switchInstance } from './phone-slot.ts'

const OTHER_NUMBER = '3104950000000000025'
const select = (name: Uint8Array) => ({ header: 0x00a40400, data: name, le: 0 })

/** A phone with a card that is switched on. */
async function phoneWithCard() {
  const slot = await newPhone(1, [BEIJING, JIANGSU])
  const issuer = await issuerOf(slot)
  await runScript(slot.manage, await issuer.personalise(1), issuer.aid)
  await switchInstance(slot.manage, issuer.aid, 'on')
  return { slot, issuer }
}

describe('instances of a phone', () => {
  test('nobody is there before the card is personalised and switched on', async () => {
    const slot = await newPhone()
    expect(await readCard(slot)).toEqual({ ok: false, code: 'card.not-t-union', sw: 0x6a82 })
    const issuer = await issuerOf(slot)
    await runScript(slot.manage, await issuer.personalise(1), issuer.aid)
    expect(await readCard(slot)).toMatchObject({ code: 'card.not-t-union' })
    await switchInstance(slot.manage, issuer.aid, 'on')
    expect(await viewOf(slot)).toMatchObject({ number: NUMBER, balanceFen: 5000 })
    await switchInstance(slot.manage, issuer.aid, 'off')
    expect(await readCard(slot)).toMatchObject({ code: 'card.not-t-union' })
  })

  test('the 8-byte name finds the preferred one, the whole name that one, the directory all', async () => {
    const { slot } = await phoneWithCard()
    const jiangsu = await issuerOf(slot, JIANGSU)
    const script = await jiangsu.personalise(2, { number: OTHER_NUMBER, balanceFen: 700 })
    await runScript(slot.manage, script, jiangsu.aid)
    await switchInstance(slot.manage, jiangsu.aid, 'on')
    const nameOf = async (name: Uint8Array) =>
      toHex((await exchange(slot, select(name))).data.slice(4, 20))
    expect(await nameOf(PURSE_AID)).toBe('A000000632010105215053555A484F55')
    expect(await nameOf(aidOf(BEIJING))).toBe('A00000063201010510009156000014A1')
    const listed = toHex((await exchange(slot, select(PPSE))).data)
    expect(listed).toContain('4F10A000000632010105215053555A484F55')
    expect(listed).toContain('4F10A00000063201010510009156000014A1')
    expect(listed.split('4D4F545F545F43415348')).toHaveLength(2)
    await switchInstance(slot.manage, aidOf(BEIJING), 'on')
    expect(await viewOf(slot)).toMatchObject({ number: NUMBER })
    await exchange(slot, select(aidOf(JIANGSU)))
    expect((await exchange(slot, { header: 0x805c0002, le: 4 })).data).toEqual(fromHex('000002BC'))
  })

  test('pays like any card, and its image keeps the purchase', async () => {
    const { slot } = await phoneWithCard()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    must(await debit({ transport: slot, psam, pending }))
    const restored = restorePhone(serialisePhone(slot.phone()))
    const again = createPhoneSlot({ phone: restored, random: () => new Uint8Array(4) })
    expect(await viewOf(again)).toMatchObject({ balanceFen: 4800 })
    expect(() => restorePhone(fromHex('7B7D'))).toThrow(
      expect.objectContaining({ code: 'card.bad-image' }),
    )
  })

  test('suspended from afar it says 6A81 and pays nothing; resumed it is back', async () => {
    const { slot, issuer } = await phoneWithCard()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    await runScript(slot.manage, await issuer.state('suspend', 2), issuer.aid)
    expect((await exchange(slot, select(PURSE_AID))).sw).toBe(0x6a81)
    expect((await exchange(slot, select(issuer.aid))).sw).toBe(0x6a81)
    expect((await exchange(slot, select(PPSE))).sw).toBe(0x6a82)
    expect(await debit({ transport: slot, psam, pending })).toMatchObject({
      ok: false,
      state: 'not-debited',
    })
    await expect(switchInstance(slot.manage, issuer.aid, 'on')).rejects.toMatchObject({
      code: 'card.wrong-status',
    })
    await runScript(slot.manage, await issuer.state('resume', 3), issuer.aid)
    expect(await viewOf(slot)).toMatchObject({ balanceFen: 5000 })
  })

  test('resumed, it is free of the block that a terminal put on it meanwhile', async () => {
    const { slot, issuer } = await phoneWithCard()
    const psam = await opened(newPsam())
    const view = await viewOf(slot)
    must(await blockApplication({ transport: slot, psam, view, permanent: false }))
    expect((await exchange(slot, select(PURSE_AID))).sw).toBe(0x6a81)
    await runScript(slot.manage, await issuer.state('resume', 2), issuer.aid)
    expect(await viewOf(slot)).toMatchObject({ balanceFen: 5000 })
  })

  test('frozen, it signs what moves with it, and holds no key any more', async () => {
    const { slot, issuer } = await phoneWithCard()
    const script = await issuer.state('freeze', 2)
    const bytes = await runScript(slot.manage, script, issuer.aid)
    const receipt = readReceipt(bytes, issuer.device)
    expect(receipt).toMatchObject({ kind: 'freeze', number: NUMBER, balanceFen: 5000, script: 2 })
    expect(fromHex(receipt?.image ?? '').length).toBeGreaterThan(1000)
    expect(slot.phone().instances.find(({ state }) => state === 'moved')?.memory).toBeNull()
    expect(await readCard(slot)).toMatchObject({ code: 'card.not-t-union' })
    bytes[100] = (bytes[100] ?? 0) ^ 1
    expect(readReceipt(bytes, issuer.device)).toBeUndefined()
    // The script that made the card does not make it a second time.
    const old = runScript(slot.manage, await issuer.personalise(1), issuer.aid)
    await expect(old).rejects.toMatchObject({ code: 'card.wrong-status' })
  })

  test('ended, it is gone, and its room takes a newer card, not the old script', async () => {
    const { slot, issuer } = await phoneWithCard()
    await runScript(slot.manage, await issuer.state('terminate', 2), issuer.aid)
    expect(await readCard(slot)).toMatchObject({ code: 'card.not-t-union' })
    const old = runScript(slot.manage, await issuer.personalise(1), issuer.aid)
    await expect(old).rejects.toMatchObject({ code: 'card.wrong-status' })
    const next = await issuer.personalise(3, { number: OTHER_NUMBER, balanceFen: 700 })
    await runScript(slot.manage, next, issuer.aid)
    await switchInstance(slot.manage, issuer.aid, 'on')
    expect(await viewOf(slot)).toMatchObject({ number: OTHER_NUMBER, balanceFen: 700 })
  })

  test('one number never lives in two instances of a phone', async () => {
    const { slot } = await phoneWithCard()
    const second = await issuerOf(slot, JIANGSU)
    const script = runScript(slot.manage, await second.personalise(2), second.aid)
    await expect(script).rejects.toMatchObject({ code: 'card.wrong-status' })
    expect((await exchange(slot, select(second.aid))).sw).toBe(0x6a82)
  })

  test('any bytes from either side: an answer, and no card appears or changes', async () => {
    const { slot } = await phoneWithCard()
    const before = slot.phone().instances
    const commands = ['80E6', '80E8', '84E2', '80F0', '80CA', '80CB', '80CC', '00A4', '8054']
    const heads = fc.constantFrom(...commands)
    await fc.assert(
      fc.asyncProperty(heads, fc.uint8Array({ maxLength: 260 }), async (head, rest) => {
        const apdu = fromHex(head + toHex(rest))
        for (const side of [slot, slot.manage]) {
          expect((await side.transmit(apdu)).length).toBeGreaterThanOrEqual(2)
        }
        expect(slot.phone().instances).toBe(before)
      }),
      { numRuns: 300 },
    )
  })

  test('management is not reachable from the field', async () => {
    const { slot, issuer } = await phoneWithCard()
    for (const command of await issuer.state('freeze', 2)) {
      expect(toHex(await slot.transmit(command))).toMatch(/^6[DE]00$/)
    }
    expect(await viewOf(slot)).toMatchObject({ balanceFen: 5000 })
  })
})

import { toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countingRandom, viewOf } from '../card.fixture.ts'
import { cardError } from '../errors.ts'
import type { CardTransport } from '../reader/transport.ts'
import { issuerOf, newPhone } from './phone.fixture.ts'
import { createPhone } from './phone.ts'
import { restorePhone, serialisePhone } from './phone-image.ts'
import { readReceipt } from './phone-script.ts'
import { createPhoneSlot, type PhoneSlot, runScript, switchInstance } from './phone-slot.ts'

const sw = (response: Uint8Array) => toHex(response.slice(-2))
const stateOf = (slot: PhoneSlot) => slot.phone().instances[0]?.state

async function feed(slot: PhoneSlot, commands: readonly Uint8Array[]): Promise<string[]> {
  const words: string[] = []
  for (const command of commands) words.push(sw(await slot.manage.transmit(command)))
  return words
}

describe('a script of the issuer', () => {
  test('makes the card in its last step and not before', async () => {
    const slot = await newPhone()
    const issuer = await issuerOf(slot)
    const script = await issuer.personalise(1)
    expect(script.length).toBeGreaterThan(8)
    expect(new Set(await feed(slot, script.slice(0, -1)))).toEqual(new Set(['9000']))
    expect(stateOf(slot)).toBe('installed')
    expect(await feed(slot, script.slice(-1))).toEqual(['9000'])
    expect(stateOf(slot)).toBe('personalised')
  })

  test('no key of the card travels in the clear', async () => {
    const slot = await newPhone()
    const issuer = await issuerOf(slot)
    const sent = (await issuer.personalise(1)).map(toHex).join('')
    await runScript(slot.manage, await issuer.personalise(1), issuer.aid)
    const keys = slot.phone().instances[0]?.memory?.keys ?? []
    expect(keys.length).toBeGreaterThan(3)
    for (const { key } of keys) {
      // Inside the image keys are hexadecimal text.
      const text = toHex(new TextEncoder().encode(toHex(key)))
      expect(sent.includes(toHex(key)) || sent.includes(text)).toBe(false)
    }
  })

  test('dropped, doubled, swapped or changed commands: refused, and the whole one still works', async () => {
    const fault = fc.record({
      kind: fc.constantFrom('drop', 'swap', 'flip', 'truncate'),
      at: fc.nat(),
      bit: fc.nat(),
    })
    const sample = await newPhone()
    const script = await (await issuerOf(sample)).personalise(1)
    await fc.assert(
      fc.asyncProperty(fault, async ({ kind, at, bit }) => {
        const slot = await newPhone()
        const bad = script.map((command) => command.slice())
        const index = at % bad.length
        const [command] = bad.slice(index)
        if (!command) throw new Error('no command')
        if (kind === 'drop') bad.splice(index, 1)
        if (kind === 'swap') bad.splice(index, 0, ...bad.splice((index + 1) % bad.length, 1))
        if (kind === 'truncate') bad[index] = command.slice(0, -2 - (bit % 20))
        // The length byte and Le are the transport's; the rest is the issuer's.
        const place = 5 + (bit % (command.length - 6))
        if (kind === 'flip') command[place] = (command[place] ?? 0) ^ (1 << (bit % 8))
        const words = await feed(slot, bad)
        const cutShort = kind === 'drop' && index === script.length - 1
        expect(words.some((word) => word !== '9000')).toBe(!cutShort)
        expect(stateOf(slot)).toBe('installed')
        await runScript(slot.manage, script, (await issuerOf(slot)).aid)
        expect(stateOf(slot)).toBe('personalised')
      }),
      { numRuns: 40 },
    )
  })

  test('cut off at any command, before or after it: it goes on where it stood', async () => {
    const issuer = await issuerOf(await newPhone())
    const script = await issuer.personalise(1)
    for (let cut = 0; cut <= script.length; cut++) {
      for (const point of ['before', 'after'] as const) {
        const slot = await newPhone()
        const first = runScript(cutting(slot.manage, cut, point), script, issuer.aid)
        await expect(first).rejects.toMatchObject({ code: 'card.torn' })
        // The phone is switched off meanwhile: only its image lasts.
        const phone = restorePhone(serialisePhone(slot.phone()))
        const again = createPhoneSlot({ phone, random: countingRandom() })
        const receipt = await runScript(again.manage, script, issuer.aid)
        expect(readReceipt(receipt, issuer.device)).toMatchObject({ state: 'personalised' })
        await switchInstance(again.manage, issuer.aid, 'on')
        expect(await viewOf(again)).toMatchObject({ balanceFen: 5000 })
      }
    }
  })

  test('a newer script begins anew; an older one is refused from then on', async () => {
    const slot = await newPhone()
    const issuer = await issuerOf(slot)
    const [older, newer] = [await issuer.personalise(1), await issuer.personalise(2)]
    await feed(slot, older.slice(0, 3))
    await feed(slot, newer.slice(0, 2))
    expect(await feed(slot, older.slice(0, 1))).toEqual(['6985'])
    await runScript(slot.manage, newer, issuer.aid)
    expect(await feed(slot, older.slice(0, 1))).toEqual(['6985'])
    expect(slot.phone().instances[0]?.script).toBe(2)
  })

  test('a script for another phone is nothing here', async () => {
    const slot = await newPhone(1)
    const other = await newPhone(2)
    const script = await (await issuerOf(other)).personalise(1)
    expect(await feed(slot, script.slice(0, 2))).toEqual(['6982', '6985'])
  })

  test('a phone that could not keep a change has not made it', async () => {
    const issuer = await issuerOf(await newPhone())
    const script = await issuer.personalise(1)
    const base = await newPhone()
    let full = false
    const slot = createPhoneSlot({
      phone: base.phone(),
      random: countingRandom(),
      onChange: () => {
        if (full) throw new Error('disk full')
      },
    })
    await feed(slot, script.slice(0, -1))
    full = true
    await expect(feed(slot, script.slice(-1))).rejects.toThrow('disk full')
    expect(stateOf(slot)).toBe('installed')
    full = false
    await runScript(slot.manage, script, issuer.aid)
    expect(stateOf(slot)).toBe('personalised')
  })

  test('two phones have keys of their own', () => {
    const random = countingRandom()
    const [one, two] = [createPhone(random), createPhone(random)]
    expect(toHex(one.deviceKey.publicKey)).not.toBe(toHex(two.deviceKey.publicKey))
  })
})

/** A way to the secure element that breaks at the n-th command. */
function cutting(transport: CardTransport, at: number, point: 'before' | 'after'): CardTransport {
  let left = at
  return {
    async transmit(apdu) {
      if (left-- !== 0) return transport.transmit(apdu)
      if (point === 'after') await transport.transmit(apdu)
      throw cardError('card.torn')
    },
  }
}

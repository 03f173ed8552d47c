import { fromHex, toHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { SELECT } from '../bench-card.fixture.ts'
import { must, newPsam, newSlot, opened, prepareBus } from '../card.fixture.ts'
import { debit } from '../reader/purchase-flow.ts'
import { readCard } from '../reader/read-card.ts'
import type { CardTransport } from '../reader/transport.ts'
import type { CardSlot } from './card-slot.ts'
import { underT0 } from './t0-card.ts'

let slot: CardSlot
let card: CardTransport
const send = async (apdu: string) => toHex(await card.transmit(fromHex(apdu)))

beforeEach(async () => {
  slot = await newSlot()
  card = underT0(slot)
})

describe('a card under T=0', () => {
  test('says how long the answer is; GET RESPONSE fetches it', async () => {
    const fci = toHex(await slot.transmit(fromHex(SELECT)))
    expect(await send(SELECT)).toBe('6133')
    expect(await send('00C0000033')).toBe(fci)
    expect(await send('00C0000000')).toBe('6985')
    expect(await send(`${SELECT}00`)).toBe('6133')
    expect(await send('00C0000000')).toBe(fci)
  })

  test('in parts, as the reader asks for them', async () => {
    const fci = toHex(await slot.transmit(fromHex(SELECT)))
    await send(SELECT)
    expect(await send('00C0000034')).toBe('6C33')
    expect(await send('00C0000003')).toBe(`${fci.slice(0, 6)}6130`)
    expect(await send('00C0000030')).toBe(fci.slice(6))
  })

  test('any other command forgets it', async () => {
    await send(SELECT)
    expect(await send('805C030204')).toBe('000013889000')
    expect(await send('00C0000033')).toBe('6985')
  })

  test('commands without data or answer, and refusals, are as ever', async () => {
    await send(SELECT)
    expect(await send('00B0950001')).toBe('309000')
    expect(await send('00A40400021122')).toBe('6A82')
    expect(await send('00')).toBe('6700')
  })

  test('our reader rides on it', async () => {
    const psam = await opened(newPsam())
    expect(await readCard(card)).toEqual(await readCard(slot))
    const { pending } = must(await prepareBus({ transport: card, psam }))
    expect(await debit({ transport: card, psam, pending })).toMatchObject({
      ok: true,
      balanceAfterFen: 4800,
    })
  })
})

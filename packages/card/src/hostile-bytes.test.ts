import { concat, fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BenchCard, benchCard, CACHE_RAIL, CACHE_TRIP, SELECT } from './bench-card.fixture.ts'
import { initApdu, newPsam } from './card.fixture.ts'
import { transmit } from './chip/card.ts'
import type { Card } from './chip/card-state.ts'
import { readU16 } from './words.ts'

const zeros = (length: number) => new Uint8Array(length)

/** Commands that begin like real ones: plain random bytes would rarely leave the first check. */
const realHeads = [
  SELECT,
  '00A4040005A000000632',
  '00B0950000',
  '00B201D480',
  '805C030204',
  '0084000004',
  '805003020B01000000C8413100000042',
  '805001020B01000000C8413100000042',
  '805000020B01000000C8413100000042',
  CACHE_RAIL,
  CACHE_TRIP,
  `805401000F00000007202611210830001122334408`,
  '805200000B202611210830001122334404',
  '805A0009020001',
  '841E00000411223344',
  '841800000411223344',
].map((hex) => fromHex(hex))

const apdu = fc.oneof(
  fc.uint8Array({ maxLength: 262 }),
  fc.constantFrom(...realHeads),
  fc
    .record({
      base: fc.constantFrom(...realHeads),
      at: fc.nat(),
      value: fc.integer({ min: 0, max: 255 }),
      cut: fc.nat({ max: 4 }),
      tail: fc.uint8Array({ maxLength: 3 }),
    })
    .map(({ base, at, value, cut, tail }) => {
      const bytes = concat(base.slice(0, Math.max(0, base.length - cut)), tail)
      if (bytes.length > 0) bytes[at % bytes.length] = value
      return bytes
    }),
)

/** All that only a valid MAC may change. */
function guarded({ memory }: Card) {
  const { proof: _proof, wrongMacs: _wrongMacs, ...rest } = memory
  return rest
}

async function state(): Promise<BenchCard> {
  const bench = await benchCard()
  bench.purchase(300)
  return bench
}

describe('hostile commands', () => {
  test('no sequence without a valid MAC changes the card, and it works on afterwards', async () => {
    const bench = await state()
    const start = bench.card()
    fc.assert(
      fc.property(fc.array(apdu, { maxLength: 40 }), (commands) => {
        let card = start
        for (const command of commands) {
          const step = transmit(card, command, zeros)
          expect(step.response.length).toBeGreaterThanOrEqual(2)
          expect(step.response.length).toBeLessThanOrEqual(258)
          card = step.card
        }
        expect(guarded(card)).toEqual(guarded(start))
        const selected = transmit(card, fromHex(SELECT), zeros)
        const init = transmit(selected.card, initApdu(0x03, 100), zeros)
        expect(readU16(init.response, init.response.length - 2)).toBe(0x9000)
      }),
      { numRuns: 500 },
    )
  })

  test('one changed byte in a real purchase: paid exactly, or not at all', async () => {
    const bench = await state()
    bench.lose()
    const start = bench.card()
    const commands = purchaseOf(bench)
    const total = commands.reduce((sum, command) => sum + command.length, 0)
    for (let place = 0; place < total; place++) {
      const flipped = commands.map((command) => command.slice())
      flip(flipped, place)
      let card = start
      for (const command of flipped) card = transmit(card, command, zeros).card
      const spent = start.memory.balanceFen - card.memory.balanceFen
      expect([0, 100], `byte ${place}`).toContain(spent)
      expect(card.memory.offlineNumber - start.memory.offlineNumber).toBe(spent / 100)
      if (spent === 0) expect(guarded(card)).toEqual(guarded(start))
    }
  })

  test('a recorded DEBIT is worth nothing twice', async () => {
    const bench = await state()
    const commands = purchaseOf(bench)
    let card = bench.card()
    for (const command of commands) card = transmit(card, command, zeros).card
    const paid = card.memory
    for (const command of commands) card = transmit(card, command, zeros).card
    expect(guarded(card)).toEqual(guarded({ ...card, memory: paid }))
  })

  test('the PSAM answers anything and its serial stands', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }),
        async (all) => {
          const psam = newPsam({ serial: 5 })
          for (const command of all) {
            expect((await psam.transmit(command)).length).toBeGreaterThanOrEqual(2)
          }
          expect(psam.serial()).toBe(5)
        },
      ),
    )
  })
})

/** The commands of a purchase of 1 yuan for a card whose random is zeros. */
function purchaseOf(bench: BenchCard): Uint8Array[] {
  const select = fromHex(SELECT)
  const init = initApdu(0x03, 100)
  const opened = transmit(transmit(bench.card(), select, zeros).card, init, zeros)
  const answer = toHex(opened.response)
  const debit = bench.debit(answer, { amountFen: 100 })
  return [select, init, fromHex(CACHE_RAIL), fromHex(CACHE_TRIP), debit]
}

function flip(commands: readonly Uint8Array[], place: number): void {
  let rest = place
  for (const command of commands) {
    if (rest < command.length) {
      command[rest]! ^= 0x01
      return
    }
    rest -= command.length
  }
}

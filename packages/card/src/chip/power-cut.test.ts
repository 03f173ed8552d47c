import { equalBytes, fromHex } from '@unifare/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { command, credit, debit, initialise, keyOf, secured } from '../../fuzz/honest.ts'
import { CACHE_RAIL, CACHE_TRIP, SELECT } from '../bench-card.fixture.ts'
import {
  AT,
  cityUnionProfile,
  countingRandom,
  newCard,
  newPsam,
  opened,
  prepareBus,
  REFS,
  STORE,
  TERMINAL,
  viewOf,
} from '../card.fixture.ts'
import { loadCard } from '../reader/load-flow.ts'
import { createLoadHost } from '../reader/load-host.ts'
import { debit as debitCard } from '../reader/purchase-flow.ts'
import { recover } from '../reader/recover-flow.ts'
import { CITY_UNION_AID } from './applications.ts'
import { transmit } from './card.ts'
import { serialiseCard } from './card-image.ts'
import type { Card, CardMemory } from './card-state.ts'
import { blankChip, type ChipWrite, chipImage, chipWrite, written } from './chip-memory.ts'
import { createChipSlot, newChip } from './chip-slot.ts'

/** The card before and after the last command of a conversation. */
type Conversation = (send: (apdu: Uint8Array) => Uint8Array, purse: CardMemory) => void

const CHALLENGE = command(0x00840000, undefined, 4)
const CITY_RECORD = fromHex(`012E00${'44'.repeat(45)}`)

const CONVERSATIONS: Readonly<Record<string, Conversation>> = {
  'a debit with two records': (send, purse) => {
    send(fromHex(SELECT))
    const answer = send(initialise(3, 200, 1))
    send(fromHex(CACHE_RAIL))
    send(fromHex(CACHE_TRIP))
    send(debit(purse, answer, { amountFen: 200, type: 9 }))
  },
  'a load': (send, purse) => {
    send(fromHex(SELECT))
    send(credit(purse, send(initialise(0, 1000, 1)), 1000))
  },
  'an update of a record': (send, purse) => {
    send(fromHex(SELECT))
    const data = fromHex(`27017D01${'22'.repeat(124)}`)
    send(secured(keyOf(purse, 'maintenance'), send(CHALLENGE), { header: 0x04dc01d4, data }))
  },
  'a block': (send, purse) => {
    send(fromHex(SELECT))
    send(secured(keyOf(purse, 'maintenance'), send(CHALLENGE), { header: 0x841e0001 }))
  },
  'a debit of the city-union purse': (send, { others: [purse] }) => {
    send(command(0x00a40400, CITY_UNION_AID))
    const answer = send(initialise(3, 300, 1))
    send(command(0x80dc01b8, CITY_RECORD))
    send(debit(purse!, answer, { amountFen: 300, type: 9 }))
  },
}

let dual: Card

beforeAll(async () => {
  dual = await newCard({ cityUnion: cityUnionProfile() })
})

describe('power cut after every single byte of', () => {
  test.each(Object.entries(CONVERSATIONS))('%s: the card is old or new', (_name, converse) => {
    const { before, after } = lastCommit(converse)
    const [old, fresh] = [before, after].map(serialiseCard) as [Uint8Array, Uint8Array]
    expect(fresh).not.toEqual(old)
    const chip = newChip(before)
    const write = chipWrite(chip, fresh)
    // The chip as it is written, byte after byte: nothing else of it ever changes.
    const torn = chip.slice()
    const between: number[] = []
    for (let cut = 0; cut < write.bytes.length; cut++) {
      if (!equalBytes(chipImage(torn), old)) between.push(cut)
      // The byte under way when the power fails may hold anything.
      torn[write.at + cut] = write.bytes[cut]! ^ 0x5a
      if (!equalBytes(chipImage(torn), old)) between.push(cut)
      torn[write.at + cut] = write.bytes[cut]!
    }
    expect(between).toEqual([])
    expect(chipImage(torn)).toEqual(fresh)
    expect(torn).toEqual(written(chip, write))
  })
})

describe('memory of a chip', () => {
  test('without a card it says so', () => {
    expect(() => chipImage(blankChip())).toThrow(/not a stored card image/)
  })

  test('after a cut the next commit takes the place that was torn', () => {
    const image = serialiseCard(dual)
    let chip = newChip(dual)
    for (const cut of [1, 100, 2000]) {
      const write = chipWrite(chip, Uint8Array.of(...image, cut))
      chip = written(chip, write, cut)
      expect(chipImage(chip)).toEqual(image)
      expect(chipWrite(chip, image).at).toBe(write.at)
    }
  })

  test('an image that does not fit is refused before anything is written', () => {
    const chip = blankChip(64)
    expect(() => chipWrite(chip, new Uint8Array(65))).toThrow(
      expect.objectContaining({ code: 'card.chip-full' }),
    )
    expect(chipImage(written(chip, chipWrite(chip, new Uint8Array(64))))).toHaveLength(64)
  })
})

describe('money across power cuts', () => {
  type Deed = { readonly kind: 'ride' | 'load'; readonly cutAt: number | undefined }
  const deed: fc.Arbitrary<Deed> = fc.record({
    kind: fc.constantFrom('ride', 'load'),
    // Thousandths of a write; the last is the answer lost behind a whole one.
    cutAt: fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined }),
  })

  test('balance and debits less loads stay what they were, wherever rides and loads are cut', async () => {
    const start = await newCard()
    const host = createLoadHost({ store: STORE, load: REFS.load, tac: REFS.tac })
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 1, maxLength: 8 }), async (deeds) => {
        const psam = await opened(newPsam())
        let power: (write: ChipWrite) => number | undefined = () => undefined
        const slot = createChipSlot({
          chip: newChip(start),
          random: countingRandom(),
          power: (write) => power(write),
        })
        let spentFen = 0
        let loadedFen = 0
        /** The field fails in the write of this deed that commits the money. */
        const during = (commits: number, cutAt: number | undefined) => {
          let writes = 0
          power = ({ bytes }) => {
            writes += 1
            if (cutAt === undefined || writes < commits) return undefined
            return Math.floor((bytes.length * cutAt) / 1000)
          }
        }
        for (const { kind, cutAt } of deeds) {
          power = () => undefined
          slot.reset()
          if (kind === 'ride') {
            const prepared = await prepareBus({ transport: slot, psam })
            expect(prepared.ok).toBe(true)
            if (!prepared.ok) continue
            during(1, cutAt)
            const result = await debitCard({ transport: slot, psam, pending: prepared.pending })
            if (result.ok) {
              spentFen += 200
              continue
            }
            expect(result).toMatchObject({ code: 'card.torn' })
            power = () => undefined
            const { outcome } = await recover({ transport: slot, psam, pending: prepared.pending })
            expect(['completed', 'not-debited']).toContain(outcome)
            if (outcome === 'completed') spentFen += 200
          } else {
            const view = await viewOf(slot)
            const before = slot.card().memory.onlineNumber
            // INIT writes first where a proof has to go.
            during(slot.card().memory.proof ? 2 : 1, cutAt)
            const terms = { view, terminal: TERMINAL, keyIndex: 1, amountFen: 1000, at: AT }
            const result = await loadCard({ transport: slot, host, ...terms })
            power = () => undefined
            const loaded = slot.card().memory.onlineNumber - before
            if (result.ok) expect(loaded).toBe(1)
            loadedFen += 1000 * loaded
          }
        }
        const { balanceFen } = slot.card().memory
        expect(balanceFen + spentFen - loadedFen).toBe(start.memory.balanceFen)
      }),
      { numRuns: 60 },
    )
  })
})

/** The card before and after the command that ended a conversation, which the card took. */
function lastCommit(converse: Conversation): { readonly before: Card; readonly after: Card } {
  const random = countingRandom()
  let [before, after] = [dual, dual]
  converse((apdu) => {
    before = after
    const step = transmit(before, apdu, random)
    expect(step.response.slice(-2)).toEqual(Uint8Array.of(0x90, 0x00))
    after = step.card
    return step.response
  }, dual.memory)
  return { before, after }
}

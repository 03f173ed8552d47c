import { concat, fromHex } from '@unifare/core'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  AT,
  initApdu,
  must,
  newPsam,
  newSlot,
  opened,
  prepareBus,
  prepareMetro,
  REFS,
  STORE,
  viewOf,
} from '../card.fixture.ts'
import { type CardSlot, type TearPoint, tearing } from '../chip/card-slot.ts'
import type { CardEvidence } from '../evidence/evidence.ts'
import { decodePending, encodePending, type PendingPurchase } from '../evidence/pending.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import type { Psam } from '../psam/psam.ts'
import type { PsamReader } from '../psam/psam-reader.ts'
import { deriveCardKey } from '../purse/diversification.ts'
import { debit } from './purchase-flow.ts'
import { recover } from './recover-flow.ts'
import type { CardTransport } from './transport.ts'

const DEBIT = 0x54

let slot: CardSlot
let sam: Psam
let psam: PsamReader

beforeEach(async () => {
  slot = await newSlot()
  sam = newPsam({ serial: 70 })
  psam = await opened(sam)
})

/** A purchase whose DEBIT is torn; what the terminal has journalled. */
async function torn(point: TearPoint, prepare = prepareBus): Promise<PendingPurchase> {
  const transport = tearing(slot, (apdu) => (apdu[1] === DEBIT ? point : undefined))
  const { pending } = must(await prepare({ transport, psam }))
  const journal = encodePending(pending)
  const result = await debit({ transport, psam, pending })
  expect(result).toEqual({ ok: false, code: 'card.torn', state: 'uncertain' })
  return decodePending(journal)
}

async function pay(card: CardSlot, reader: PsamReader) {
  const { pending } = must(await prepareBus({ transport: card, psam: reader, at: AT + 60_000 }))
  return must(await debit({ transport: card, psam: reader, pending }))
}

async function genuine(evidence: CardEvidence): Promise<boolean> {
  const derive = (ref: typeof REFS.tac) => deriveCardKey({ store: STORE, ref, identity: evidence })
  const [purchaseKey, tacKey] = await Promise.all([derive(REFS.purchase), derive(REFS.tac)])
  const { tac, mac2 } = verifyEvidence({ evidence, purchaseKey, tacKey })
  return tac === true && mac2 === true
}

describe('torn before the card saw DEBIT', () => {
  test('not debited: a new purchase may begin', async () => {
    const pending = await torn('before')
    const outcome = await recover({ transport: slot, psam, pending })
    expect(outcome).toEqual({ outcome: 'not-debited' })
    expect((await pay(slot, psam)).balanceAfterFen).toBe(4800)
  })

  test('the card then paid elsewhere under the same number: still not debited here', async () => {
    const pending = await torn('before')
    await pay(slot, await opened(newPsam({ terminal: '413100000099' })))
    const proof = await slot.transmit(fromHex('805A0009020001'))
    expect(proof, 'the card proves the other purchase under this number').toHaveLength(10)
    expect(await recover({ transport: slot, psam, pending })).toEqual({ outcome: 'not-debited' })
  })
})

describe('torn after the card carried DEBIT out', () => {
  test.each([
    ['bus', prepareBus],
    ['metro entry with 0', prepareMetro],
  ] as const)('%s: completed once, with its proof', async (_name, prepare) => {
    const pending = await torn('after', prepare)
    const balance = slot.card().memory.balanceFen
    const outcome = await recover({ transport: slot, psam, pending })
    if (outcome.outcome !== 'completed') throw new Error(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ mac2: 'checked', balanceAfterFen: balance })
    expect(outcome.evidence.terminalSerial).toBe(70)
    expect(await genuine(outcome.evidence)).toBe(true)
    expect(slot.card().memory.balanceFen).toBe(balance)
    expect(sam.serial()).toBe(71)
  })

  test('a PSAM that lost its session, but not its serial, still checks MAC2', async () => {
    const pending = await torn('after')
    const restarted = await opened(newPsam({ serial: sam.serial() }))
    const outcome = await recover({ transport: slot, psam: restarted, pending })
    expect(outcome).toMatchObject({ outcome: 'completed', mac2: 'checked' })
  })

  test('another rider in between: completed, MAC2 left to issuer and centre', async () => {
    const pending = await torn('after')
    const other = await newSlot({ number: '3104950000000000025' })
    expect(await recover({ transport: other, psam, pending })).toEqual({ outcome: 'other-card' })
    await pay(other, psam)
    const outcome = await recover({ transport: slot, psam, pending })
    if (outcome.outcome !== 'completed') throw new Error(JSON.stringify(outcome))
    expect(outcome.mac2).toBe('unchecked')
    expect(await genuine(outcome.evidence)).toBe(true)
  })

  test('lost again while it is proved: the proof is still there', async () => {
    const pending = await torn('after')
    for (const point of ['before', 'after'] as const) {
      const transport = tearing(slot, (apdu) => (apdu[1] === 0x5a ? point : undefined))
      const outcome = await recover({ transport, psam, pending })
      expect(outcome).toEqual({ outcome: 'unknown', code: 'card.torn' })
    }
    expect(await recover({ transport: slot, psam, pending })).toMatchObject({
      outcome: 'completed',
    })
  })

  test('a new INIT elsewhere takes the proof away', async () => {
    const pending = await torn('after')
    await viewOf(slot)
    await slot.transmit(initApdu(0x03, 0))
    const outcome = await recover({ transport: slot, psam, pending })
    expect(outcome).toEqual({ outcome: 'unknown', code: 'card.no-proof' })
  })

  test('ten later purchases push it out of the log', async () => {
    const pending = await torn('after')
    const elsewhere = await opened(newPsam({ terminal: '413100000099' }))
    for (let i = 0; i < 10; i++) await pay(slot, elsewhere)
    const outcome = await recover({ transport: slot, psam, pending })
    expect(outcome).toEqual({ outcome: 'unknown', code: 'card.no-proof' })
  })

  test('a false MAC2 in the proof is not believed', async () => {
    const pending = await torn('after')
    const transport = {
      async transmit(apdu: Uint8Array) {
        const response = await slot.transmit(apdu)
        if (apdu[1] === 0x5a) response[0]! ^= 1
        return response
      },
    }
    const outcome = await recover({ transport, psam, pending })
    expect(outcome).toEqual({ outcome: 'unknown', code: 'card.bad-mac' })
  })

  test('a card that is gone leaves it pending', async () => {
    const pending = await torn('after')
    const transport = tearing(slot, () => 'before')
    const outcome = await recover({ transport, psam, pending })
    expect(outcome).toEqual({ outcome: 'unknown', code: 'card.torn' })
  })
})

describe('a card that stores the number of INIT, as an old applet does', () => {
  /** Its log and its proof name a purchase by the number before it. */
  function oldApplet(card: CardSlot): CardTransport {
    return {
      async transmit(apdu) {
        const asked = apdu.slice()
        if (apdu[1] === 0x5a) asked[6]! += 1
        const response = await card.transmit(asked)
        const isLog = apdu[1] === 0xb2 && apdu[3] === 0xc4 && response.length > 2
        if (isLog) response[1]! -= 1
        return response
      },
    }
  }

  test('debited: completed under its number, and never paid twice', async () => {
    const pending = await torn('after')
    const outcome = await recover({ transport: oldApplet(slot), psam, pending })
    if (outcome.outcome !== 'completed') throw new Error(JSON.stringify(outcome))
    expect(outcome).toMatchObject({ mac2: 'checked', movedOn: false })
    expect(await genuine(outcome.evidence)).toBe(true)
  })

  test('debited, then paid elsewhere: not taken for a purchase that did not happen', async () => {
    const pending = await torn('after')
    await pay(slot, await opened(newPsam({ terminal: '413100000099' })))
    const outcome = await recover({ transport: oldApplet(slot), psam, pending })
    expect(outcome).toEqual({ outcome: 'unknown', code: 'card.no-proof' })
  })

  test.each([
    ['a fare', prepareBus],
    ['a metro entry with 0', prepareMetro],
  ] as const)('two purchases in one second, the second torn: %s', async (_name, prepare) => {
    const { pending: first } = must(await prepare({ transport: slot, psam }))
    must(await debit({ transport: slot, psam, pending: first }))
    const pending = await torn('before', prepare)
    expect(await recover({ transport: slot, psam, pending })).toEqual({ outcome: 'not-debited' })
  })

  test('not debited: a new purchase may begin', async () => {
    const paid = await pay(slot, psam)
    expect(paid.balanceAfterFen).toBe(4800)
    const pending = await torn('before')
    const outcome = await recover({ transport: oldApplet(slot), psam, pending })
    expect(outcome).toEqual({ outcome: 'not-debited' })
  })
})

test.each([
  ['6581', 'uncertain'],
  ['6F00', 'uncertain'],
  ['6985', 'not-debited'],
])('DEBIT answered with %s: %s, and the log decides', async (sw, state) => {
  const transport: CardTransport = {
    async transmit(apdu) {
      const response = await slot.transmit(apdu)
      return apdu[1] === DEBIT ? fromHex(sw) : response
    },
  }
  const { pending } = must(await prepareBus({ transport, psam }))
  const code = 'card.wrong-status'
  const result = await debit({ transport, psam, pending })
  expect(result).toEqual({ ok: false, code, sw: Number.parseInt(sw, 16), state })
  if (state === 'uncertain') {
    expect(await recover({ transport: slot, psam, pending })).toMatchObject({
      outcome: 'completed',
    })
  }
})

test('a cut at any command: the card is old or new, and after recovery the rider paid once', async () => {
  const count = await commandsOfExit()
  for (let at = 1; at <= count; at++) {
    for (const point of ['before', 'after'] as const) {
      const rider = await newSlot()
      const reader = await opened(newPsam())
      await enter(rider, reader)
      const before = rider.card().memory
      const paid = await exitWithCut(rider, reader, { at, point })
      expect(paid, `${point} command ${at}`).toBe(before.balanceFen - 400)
      const { cyclic, offlineNumber } = rider.card().memory
      expect(offlineNumber).toBe(2)
      expect(cyclic[0x1e]?.records).toHaveLength(2)
    }
  }
})

async function enter(rider: CardSlot, reader: PsamReader): Promise<void> {
  const { pending } = must(await prepareMetro({ transport: rider, psam: reader }))
  must(await debit({ transport: rider, psam: reader, pending }))
}

async function commandsOfExit(): Promise<number> {
  let count = 0
  await enter(slot, psam)
  const transport = tearing(slot, () => {
    count += 1
    return undefined
  })
  const { pending } = must(await prepareMetro({ transport, psam, amountFen: 400 }))
  must(await debit({ transport, psam, pending }))
  expect(count).toBeGreaterThan(10)
  return count
}

/** What a terminal does: prepare, debit, and at the next presentation recover or start again. */
async function exitWithCut(
  rider: CardSlot,
  reader: PsamReader,
  cut: { readonly at: number; readonly point: TearPoint },
): Promise<number> {
  let left = cut.at
  const transport = tearing(rider, () => (--left === 0 ? cut.point : undefined))
  const old = rider.card().memory
  let pending: PendingPurchase | undefined
  try {
    const prepared = await prepareMetro({ transport, psam: reader, amountFen: 400 })
    if (prepared.ok) {
      pending = prepared.pending
      const result = await debit({ transport, psam: reader, pending })
      if (result.ok) return rider.card().memory.balanceFen
    }
  } catch {
    // The reading in front of the purchase was cut: nothing is pending.
  }
  const now = rider.card().memory
  if (now.balanceFen === old.balanceFen) {
    expect(concat(...now.variable[0x1a]!)).toEqual(concat(...old.variable[0x1a]!))
    expect(now.cyclic).toEqual(old.cyclic)
  }
  if (pending) {
    const outcome = await recover({ transport: rider, psam: reader, pending })
    if (outcome.outcome === 'completed') return now.balanceFen
    expect(outcome).toEqual({ outcome: 'not-debited' })
  }
  const again = must(await prepareMetro({ transport: rider, psam: reader, amountFen: 400 }))
  must(await debit({ transport: rider, psam: reader, pending: again.pending }))
  return rider.card().memory.balanceFen
}

import { type CardSlot, cardError, createPsam, tearing } from '@unifare/card'
import { createMemoryStorage } from '@unifare/core'
import { createSoftwareKeyStore, type KeyRef, pureEngine } from '@unifare/crypto'
import { REASONS, reasonOf } from '@unifare/tap'
import { describe, expect, it } from 'vitest'
import { MASTERS, NUMBER, newCard, STORE, VISITOR } from './cards.fixture.ts'
import {
  type Bench,
  bundles,
  CENTRE,
  CONFIG,
  openBench,
  recordsOf,
  tap,
} from './terminal.fixture.ts'

/** APPLICATION BLOCK. */
const BLOCK = 0x1e

const denying = async (options: Parameters<typeof openBench>[1] = {}): Promise<Bench> =>
  openBench({}, { lists: await bundles([`card/${VISITOR}/${NUMBER}`]), ...options })
const lockOf = (slot: CardSlot) => slot.card().memory.lock
const kindsOf = async (bench: Bench) =>
  (await recordsOf(bench)).map(({ kind, reason }) => [kind, reasonOf(reason)])

describe('a card on the deny list', () => {
  it('is blocked until its issuer unblocks it, refused, and both are on record', async () => {
    const bench = await denying()
    const slot = await newCard()
    expect(await tap(bench, slot)).toMatchObject({ ok: false, reason: 'deny.listed' })
    expect(lockOf(slot)).toBe('temporary')
    expect(slot.card().memory.balanceFen).toBe(5_000)
    expect(await tap(bench, slot)).toMatchObject({ reason: 'card.locked' })
    const records = await recordsOf(bench)
    expect(records.map(({ kind }) => kind)).toEqual(['block', 'refused', 'refused'])
    expect(records[0]).toMatchObject({
      medium: 'card',
      issuer: VISITOR,
      account: NUMBER,
      amountFen: 0,
      reason: REASONS['deny.listed'].number,
    })
  })

  it('of SM4 keys, too', async () => {
    const sm4 = (ref: KeyRef): KeyRef => ({ ...ref, algorithm: 'sm4', version: 0x41 })
    const masters = {
      purchase: sm4(MASTERS.purchase),
      load: sm4(MASTERS.load),
      tac: sm4(MASTERS.tac),
      maintenance: sm4(MASTERS.maintenance),
    }
    const random = (length: number) => new Uint8Array(length).fill(7)
    const keyStore = createSoftwareKeyStore({
      engine: pureEngine,
      random,
      keys: Object.values(masters).map((ref, at) => ({ ref, material: random(16).fill(at) })),
    })
    const psam = createPsam({
      terminal: CONFIG.terminal,
      issuer: CENTRE,
      keyStore,
      purchaseKeys: [masters.purchase],
      maintenanceKeys: [masters.maintenance],
    })
    const slot = await newCard({ keys: { store: keyStore, ...masters } })
    expect(await tap(await denying({ psam }), slot)).toMatchObject({ reason: 'deny.listed' })
    expect(lockOf(slot)).toBe('temporary')
  })

  it('is only refused by a terminal whose PSAM cannot block', async () => {
    const psam = createPsam({
      terminal: CONFIG.terminal,
      issuer: CENTRE,
      keyStore: STORE,
      purchaseKeys: [MASTERS.purchase],
    })
    const bench = await denying({ psam })
    const slot = await newCard()
    expect(await tap(bench, slot)).toMatchObject({
      reason: 'deny.listed',
      detail: 'card.psam-refused',
    })
    expect(lockOf(slot)).toBe('none')
    expect(await kindsOf(bench)).toEqual([['refused', 'deny.listed']])
  })

  it('is not blocked under a wrong key: nothing is open afterwards', async () => {
    const slot = await newCard()
    const wrong = {
      transmit: (apdu: Uint8Array) =>
        slot.transmit(apdu[1] === BLOCK ? apdu.with(5, (apdu[5] ?? 0) ^ 1) : apdu),
    }
    const bench = await denying()
    expect(await bench.terminal.presentCard(wrong)).toMatchObject({
      reason: 'deny.listed',
      detail: 'card.bad-mac',
    })
    expect(lockOf(slot)).toBe('none')
    expect(await kindsOf(bench)).toEqual([['refused', 'deny.listed']])
    await tap(bench, slot)
    expect(lockOf(slot)).toBe('temporary')
  })
})

describe('a card that leaves while it is blocked', () => {
  it.each([
    ['before', 'none', 'deny.listed'],
    ['after', 'temporary', 'card.locked'],
  ] as const)(
    '%s the card saw it: on record as not known, and settled',
    async (point, lock, next) => {
      const bench = await denying()
      const slot = await newCard()
      const torn = tearing(slot, (apdu) => (apdu[1] === BLOCK ? point : undefined))
      expect(await bench.terminal.presentCard(torn)).toMatchObject({ reason: 'deny.listed' })
      expect(lockOf(slot)).toBe(lock)
      expect(await kindsOf(bench)).toEqual([
        ['block', 'card.torn'],
        ['refused', 'deny.listed'],
      ])
      expect(await tap(bench, slot)).toMatchObject({ reason: next })
      expect(lockOf(slot)).toBe('temporary')
    },
  )

  it('of a terminal that dies: the record is made when it starts again', async () => {
    const storage = createMemoryStorage()
    const bench = await denying({ storage })
    const slot = await newCard()
    const dying = {
      async transmit(apdu: Uint8Array) {
        const answer = await slot.transmit(apdu)
        if (apdu[1] !== BLOCK) return answer
        storage.kill()
        throw cardError('card.torn')
      },
    }
    await bench.terminal.presentCard(dying)
    const again = await bench.restart()
    expect(await kindsOf(again)).toEqual([['block', 'card.torn']])
    expect((await again.restart()).terminal.lists().denied.size).toBe(1)
    expect(await kindsOf(again)).toHaveLength(1)
  })
})

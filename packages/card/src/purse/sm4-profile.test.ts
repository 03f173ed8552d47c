import { fromHex, toHex } from '@unifare/core'
import { diversifyChain } from '@unifare/crypto'
import { describe, expect, test } from 'vitest'
import vectors from '../../vectors/sm4-profile.json' with { type: 'json' }
import {
  AT,
  must,
  newPsam,
  newSlot,
  opened,
  prepareBus,
  REFS,
  SM4_REFS,
  STORE,
  TERMINAL,
  viewOf,
} from '../card.fixture.ts'
import { decodeEvidence, encodeEvidence } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verify-evidence.ts'
import { blockApplication } from '../reader/block-flow.ts'
import { loadCard } from '../reader/load-flow.ts'
import { createLoadHost } from '../reader/load-host.ts'
import { debit } from '../reader/purchase-flow.ts'
import { deriveCardKey, diversificationFactors } from './diversification.ts'
import {
  ALGORITHM_SM4,
  loadMac1,
  loadMac2,
  loadSessionKey,
  loadTacInput,
  purchaseMac1,
  purchaseMac2,
  purchaseSessionKey,
  purchaseTacInput,
  secureMessagingMac,
  tac,
} from './purse-crypto.ts'

const number = (hex: string) => Number.parseInt(hex, 16)

describe('frozen numbers of our SM4 profile, computed with OpenSSL', () => {
  test('diversification', () => {
    const vector = vectors.diversification
    const factors = diversificationFactors(vector)
    const path = [factors.issuer, factors.card]
    expect(toHex(diversifyChain('sm4', fromHex(vector.master), path.slice(0, 1)))).toBe(
      vector.issuerKey,
    )
    expect(toHex(diversifyChain('sm4', fromHex(vector.master), path))).toBe(vector.cardKey)
  })

  test('purchase', () => {
    const vector = vectors.purchase
    const terminalSerial = number(vector.terminalSerial)
    const random = fromHex(vector.random)
    const session = { random, offlineNumber: number(vector.offlineNumber), terminalSerial }
    const key = purchaseSessionKey(fromHex(vector.key), session, ALGORITHM_SM4)
    const terms = {
      amountFen: number(vector.amount),
      type: number(vector.type),
      terminal: fromHex(vector.terminal),
      dateTime: fromHex(vector.dateTime),
    }
    expect(toHex(key)).toBe(vector.sessionKey)
    expect(toHex(purchaseMac1(key, terms))).toBe(vector.mac1)
    expect(toHex(purchaseMac1(key, { ...terms, uid: fromHex(vector.uid) }))).toBe(
      vector.mac1WithUid,
    )
    expect(toHex(purchaseMac2(key, terms.amountFen))).toBe(vector.mac2)
    const input = purchaseTacInput({ ...terms, terminalSerial })
    expect(toHex(tac(fromHex(vector.tacKey), input, ALGORITHM_SM4))).toBe(vector.tac)
  })

  test('load', () => {
    const vector = vectors.load
    const onlineNumber = number(vector.onlineNumber)
    const session = { random: fromHex(vector.random), onlineNumber }
    const key = loadSessionKey(fromHex(vector.key), session, ALGORITHM_SM4)
    const terms = {
      amountFen: number(vector.amount),
      terminal: fromHex(vector.terminal),
      dateTime: fromHex(vector.dateTime),
    }
    expect(toHex(key)).toBe(vector.sessionKey)
    const oldBalanceFen = number(vector.oldBalance)
    expect(toHex(loadMac1(key, { ...terms, oldBalanceFen }))).toBe(vector.mac1)
    expect(toHex(loadMac2(key, terms))).toBe(vector.mac2)
    const newBalanceFen = number(vector.newBalance)
    const input = loadTacInput({ ...terms, newBalanceFen, onlineNumber })
    expect(toHex(tac(fromHex(vector.tacKey), input, ALGORITHM_SM4))).toBe(vector.tac)
  })

  test('secure messaging', () => {
    const vector = vectors.secureMessage
    const mac = secureMessagingMac({
      key: fromHex(vector.key),
      challenge: fromHex(vector.challenge),
      message: fromHex(vector.message),
      algorithm: ALGORITHM_SM4,
    })
    expect(toHex(mac)).toBe(vector.mac)
  })
})

describe('a card under SM4', () => {
  const newSm4Slot = () => newSlot({ keys: { store: STORE, ...SM4_REFS } })

  test('rides: evidence says 04 and verifies under its own keys only', async () => {
    const slot = await newSm4Slot()
    const psam = await opened(newPsam())
    const { pending } = must(await prepareBus({ transport: slot, psam }))
    expect(pending).toMatchObject({ algorithm: 0x04, keyVersion: 0x41 })
    const { evidence } = must(await debit({ transport: slot, psam, pending }))
    const verdict = async (refs: typeof REFS) => {
      const identity = evidence
      return verifyEvidence({
        evidence: decodeEvidence(encodeEvidence(evidence)),
        purchaseKey: await deriveCardKey({ store: STORE, ref: refs.purchase, identity }),
        tacKey: await deriveCardKey({ store: STORE, ref: refs.tac, identity }),
      })
    }
    expect(await verdict(SM4_REFS as typeof REFS)).toEqual({ tac: true, mac2: true })
    expect(await verdict(REFS)).toEqual({ tac: false, mac2: false })
  })

  test('is loaded', async () => {
    const slot = await newSm4Slot()
    const host = createLoadHost({ store: STORE, load: SM4_REFS.load, tac: SM4_REFS.tac })
    const view = await viewOf(slot)
    const terms = { view, terminal: TERMINAL, keyIndex: 1, amountFen: 1000, at: AT }
    expect(await loadCard({ transport: slot, host, ...terms })).toMatchObject({
      ok: true,
      balanceAfterFen: 6000,
    })
    const other = createLoadHost({ store: STORE, load: REFS.load, tac: REFS.tac })
    expect(await loadCard({ transport: slot, host: other, ...terms })).toMatchObject({
      ok: false,
      code: 'card.no-key',
    })
  })

  test('is blocked', async () => {
    const slot = await newSm4Slot()
    const psam = await opened(newPsam())
    const view = await viewOf(slot)
    const block = { transport: slot, psam, view, permanent: true }
    expect(await blockApplication(block)).toMatchObject({ ok: false, code: 'card.bad-mac' })
    expect(await blockApplication({ ...block, algorithm: ALGORITHM_SM4 })).toEqual({ ok: true })
    expect(slot.card().memory.lock).toBe('permanent')
  })

  test('a PSAM without SM4 keys refuses it', async () => {
    const psam = await opened(newPsam({ purchaseKeys: [REFS.purchase] }))
    expect(await prepareBus({ transport: await newSm4Slot(), psam })).toMatchObject({
      ok: false,
      code: 'card.no-key',
    })
  })
})

import { concat, fromHex } from '@unifare/core'
import { createSessionColumn, createTacColumn, diversify } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diversificationFactors } from '../purse/diversification.ts'
import { purchaseMac2, purchaseSessionKey, tac } from '../purse/purse-crypto.ts'
import { type CardEvidence, encodeEvidence, tacInput } from './evidence.ts'
import { checkEvidence, MAC2_GOOD, TAC_GOOD } from './evidence-checks.ts'
import { verifyEvidence } from './verify-evidence.ts'

const ISSUER_ID = '01011000FFFFFFFF'
const KEYS = { purchase: new Uint8Array(16).fill(0x21), tac: new Uint8Array(16).fill(0x42) }
const ALGORITHMS = { '3des': 0, sm4: 4 } as const
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** Evidence with other bytes before, between and behind: rows may stand anywhere. */
function inRows(evidence: readonly Uint8Array[]) {
  const gap = new Uint8Array(7).fill(0xee)
  return {
    bytes: concat(gap, ...evidence.flatMap((one) => [one, gap])),
    at: Uint32Array.from(evidence, (one, i) => 7 + i * (one.length + 7)),
  }
}

/** A purchase of one of a few cards; `fault` says which codes are spoilt. */
const purchases = fc.array(
  fc.record({
    card: fc.nat(7),
    amountFen: fc.nat(0xffff_ffff),
    terminalSerial: fc.nat(0xffff_ffff),
    random: bytes(4),
    offlineNumber: fc.nat(0xffff),
    fault: fc.nat(3),
  }),
  { maxLength: 40 },
)

describe.each(['3des', 'sm4'] as const)('codes of many purchases at once, %s', (name) => {
  const columns = (keys: readonly (typeof KEYS)[] = [KEYS]) => {
    const tac = createTacColumn(name, 3)
    const purchase = createSessionColumn(name, 3)
    for (const key of keys) {
      tac.addIssuer(key.tac)
      purchase.addIssuer(key.purchase)
    }
    // Fewer slots than cards, so that they are used again.
    return { tac, purchase, slots: 3 }
  }
  const cardKeys = (card: string) => {
    const identity = { issuerId: ISSUER_ID, applicationSerial: card }
    const { card: factor } = diversificationFactors(identity)
    return {
      purchaseKey: diversify(name, KEYS.purchase, factor),
      tacKey: diversify(name, KEYS.tac, factor),
    }
  }

  function evidenceOf(purchase: {
    readonly card: number
    readonly amountFen: number
    readonly terminalSerial: number
    readonly random: Uint8Array
    readonly offlineNumber: number
    readonly fault: number
  }): CardEvidence {
    const { card, fault, ...own } = purchase
    const inputs = {
      ...own,
      type: 9,
      terminal: '413100000042',
      date: '20261121',
      time: '083000',
      keyIndex: 1,
      keyVersion: 1,
      algorithm: ALGORITHMS[name],
      issuerId: ISSUER_ID,
      applicationSerial: `0310487000000000000${card}`,
      balanceAfterFen: 100,
    }
    const { purchaseKey, tacKey } = cardKeys(inputs.applicationSerial)
    const { algorithm, amountFen } = inputs
    const spoilt = (mac: Uint8Array, bit: number) =>
      fault & bit ? mac.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) : mac
    const session = purchaseSessionKey(purchaseKey, inputs, algorithm)
    return {
      ...inputs,
      tac: spoilt(tac(tacKey, tacInput(inputs), algorithm), TAC_GOOD),
      mac2: spoilt(purchaseMac2(session, amountFen), MAC2_GOOD),
    }
  }

  test('say of each what the check of one says', () => {
    fc.assert(
      fc.property(purchases, (made) => {
        const evidence = made.map(evidenceOf)
        const good = checkEvidence(columns(), inRows(evidence.map(encodeEvidence)))
        const one = evidence.map((item) => {
          const { tac: tacGood, mac2 } = verifyEvidence({
            evidence: item,
            ...cardKeys(item.applicationSerial),
          })
          return (tacGood ? TAC_GOOD : 0) | (mac2 ? MAC2_GOOD : 0)
        })
        expect([...good]).toEqual(one)
        expect(one).toEqual(made.map(({ fault }) => 3 - fault))
      }),
      { numRuns: 30 },
    )
  })

  test('of one card with thousands of purchases are checked, too', () => {
    const made = Array.from({ length: 5_000 }, (_, i) => ({
      card: i % 2,
      amountFen: i,
      terminalSerial: i,
      random: fromHex('01020304'),
      offlineNumber: i,
      fault: i % 1_000 === 999 ? 1 : 0,
    }))
    const good = checkEvidence(columns(), inRows(made.map(evidenceOf).map(encodeEvidence)))
    expect(good.filter((bits) => bits === 3)).toHaveLength(4_995)
    expect([...good].findIndex((bits) => bits !== 3)).toBe(999)
  })

  test('of one card number at two issuers go each under its own keys', () => {
    const made = Array.from({ length: 30 }, (_, i) => ({
      card: i % 4,
      amountFen: i,
      terminalSerial: i,
      random: fromHex('01020304'),
      offlineNumber: i,
      fault: 0,
    }))
    const foreign = { purchase: KEYS.tac, tac: KEYS.purchase }
    const issuers = Uint32Array.from(made, (_, i) => (i >> 2) & 1)
    const rows = inRows(made.map(evidenceOf).map(encodeEvidence))
    // All purchases are of the issuer that is number 1 here.
    const good = checkEvidence(columns([foreign, KEYS]), { ...rows, issuers })
    expect([...good]).toEqual([...issuers].map((issuer) => issuer * (TAC_GOOD | MAC2_GOOD)))
  })

  test('bytes that are no evidence are misuse', () => {
    expect(() => checkEvidence(columns(), inRows([new Uint8Array(62)]))).toThrow(TypeError)
    expect(checkEvidence(columns(), inRows([]))).toHaveLength(0)
  })
})

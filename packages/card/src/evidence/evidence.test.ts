import { fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import golden from '../../vectors/evidence.json' with { type: 'json' }
import {
  type CardEvidence,
  decodeEvidence,
  EVIDENCE_BYTES,
  encodeEvidence,
  issuerOf,
  numberOf,
  purchaseCounter,
  tacInput,
} from './evidence.ts'
import { decodePending, encodePending } from './pending.ts'
import { verifyEvidence } from './verify-evidence.ts'

const bytes = fromHex(golden.evidence)
const purchaseKey = fromHex(golden.purchaseKey)
const tacKey = fromHex(golden.tacKey)

describe('golden evidence, version 1', () => {
  test('reads as ever', () => {
    const evidence = decodeEvidence(bytes)
    const { random, tac, mac2, ...plain } = evidence
    expect(plain).toEqual(golden.fields)
    expect([random, tac, mac2].map(toHex)).toEqual([golden.random, golden.tac, golden.mac2])
    expect(toHex(tacInput(evidence))).toBe(golden.tacInput)
    expect(issuerOf(evidence)).toBe('30000001')
    expect(numberOf(evidence)).toBe('3104950000000000017')
    expect(purchaseCounter(evidence)).toBe(golden.fields.offlineNumber + 1)
  })

  test('is written as ever and fits a tap', () => {
    expect(toHex(encodeEvidence(decodeEvidence(bytes)))).toBe(golden.evidence)
    expect(EVIDENCE_BYTES).toBeLessThanOrEqual(128)
  })

  test('verifies', () => {
    const evidence = decodeEvidence(bytes)
    expect(verifyEvidence({ evidence, purchaseKey, tacKey })).toEqual({ tac: true, mac2: true })
    expect(verifyEvidence({ evidence, tacKey })).toEqual({ tac: true, mac2: null })
    expect(verifyEvidence({ evidence, purchaseKey })).toEqual({ tac: null, mac2: true })
    expect(verifyEvidence({ evidence, purchaseKey: tacKey, tacKey: purchaseKey })).toEqual({
      tac: false,
      mac2: false,
    })
  })
})

describe('one change', () => {
  const verdict = (changes: Partial<CardEvidence>) =>
    verifyEvidence({ evidence: { ...decodeEvidence(bytes), ...changes }, purchaseKey, tacKey })

  test('a good TAC under the next counter: only MAC2 tells', () => {
    const { offlineNumber } = decodeEvidence(bytes)
    expect(verdict({ offlineNumber: offlineNumber + 1 })).toEqual({ tac: true, mac2: false })
  })

  test.each([
    ['another amount', { amountFen: 201 }, { tac: false, mac2: false }],
    ['another serial', { terminalSerial: 8 }, { tac: false, mac2: false }],
    ['a serial 65536 higher', { terminalSerial: 7 + 0x10000 }, { tac: false, mac2: true }],
    ['another time', { time: '083001' }, { tac: false, mac2: true }],
    ['another random', { random: new Uint8Array(4) }, { tac: true, mac2: false }],
    ['an unknown algorithm', { algorithm: 5 }, { tac: false, mac2: false }],
    ['another known algorithm', { algorithm: 4 }, { tac: false, mac2: false }],
  ])('%s', (_name, changes, expected) => expect(verdict(changes)).toEqual(expected))

  test('any bit of TAC or MAC2', () => {
    for (let bit = 23 * 8; bit < 31 * 8; bit++) {
      const flipped = bytes.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const { tac, mac2 } = verifyEvidence({
        evidence: decodeEvidence(flipped),
        purchaseKey,
        tacKey,
      })
      expect([tac, mac2], `bit ${bit}`).toContain(false)
    }
  })
})

describe('evidence of a city-union purse', () => {
  const city = { ...decodeEvidence(bytes), scheme: 'mohurd' as const }

  test('carries its key system and comes back', () => {
    const encoded = encodeEvidence(city)
    expect(encoded[39]).toBe(0x10)
    expect(decodeEvidence(encoded)).toEqual(city)
    expect(encodeEvidence({ ...city, algorithm: 4 })[39]).toBe(0x14)
    expect(encodeEvidence({ ...city, scheme: 'mot' })).toEqual(bytes)
  })

  test('an algorithm that would read as another key system is refused', () => {
    const refused = expect.objectContaining({ code: 'card.bad-evidence' })
    expect(() => encodeEvidence({ ...city, algorithm: 0x10 })).toThrow(refused)
    expect(() => encodeEvidence({ ...city, scheme: 'mot', algorithm: 0x14 })).toThrow(refused)
  })

  test('verifies under the same rules: the chip number is in MAC1 alone', () => {
    expect(verifyEvidence({ evidence: city, purchaseKey, tacKey })).toEqual({
      tac: true,
      mac2: true,
    })
  })
})

test('any 62 bytes of version 1 decode and come back', () => {
  const tail = fc.uint8Array({ minLength: EVIDENCE_BYTES - 1, maxLength: EVIDENCE_BYTES - 1 })
  fc.assert(
    fc.property(tail, (rest) => {
      const input = Uint8Array.of(1, ...rest)
      expect(encodeEvidence(decodeEvidence(input))).toEqual(input)
    }),
  )
})

test('other lengths and versions are refused', () => {
  const refused = expect.objectContaining({ code: 'card.bad-evidence' })
  expect(() => decodeEvidence(bytes.slice(1))).toThrow(refused)
  expect(() => decodeEvidence(Uint8Array.of(2, ...bytes.slice(1)))).toThrow(refused)
  expect(() => decodeEvidence(new Uint8Array(0))).toThrow(refused)
  expect(() => encodeEvidence({ ...decodeEvidence(bytes), terminal: '42' })).toThrow(refused)
})

describe('pending purchase', () => {
  const { tac: _tac, mac2: _mac2, ...inputs } = decodeEvidence(bytes)
  const pending = {
    ...inputs,
    mac1: fromHex('11223344'),
    balanceBeforeFen: 5000,
    records: [
      { sfi: 0x1a, id: 1, bytes: new Uint8Array(128).fill(1) },
      { sfi: 0x1e, id: 0, bytes: new Uint8Array(48).fill(2) },
    ],
  }

  test('comes back from its journal bytes', () => {
    expect(decodePending(encodePending(pending))).toEqual(pending)
    expect(decodePending(encodePending({ ...pending, records: [] })).records).toEqual([])
  })

  test('bytes cut at any place are refused', () => {
    const whole = encodePending(pending)
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodePending(whole.slice(0, length)), `${length} bytes`).toThrow(/not/)
    }
    expect(() => decodePending(Uint8Array.of(...whole, 0))).toThrow(/not/)
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import { nativeKnownKeyForms } from './code-known-key.ts'
import { CODES_A_RIDER, type CodeNetwork, makeCodeNetwork } from './code-network.ts'
import { firstSeenPath, nativePath, returningPath } from './code-paths.ts'
import { benchCode, describeCode } from './index.ts'

describe('bench code', () => {
  test('reports ratios, hit rates and bytes, at tiny counts', async () => {
    const lines: string[] = []
    const report = await benchCode({ riders: 64, rounds: 1, tell: (line) => lines.push(line) })
    expect(report).toMatchObject({
      subject: 'code',
      verifier: 'wasm',
      population: { riders: 64, codes: 64 * CODES_A_RIDER },
      agreed: { accepted: 64, refused: 64 },
      // In the measured rounds every rider is known.
      hitRate: { authorisations: 1, riderTables: 1 },
    })
    const { ratioFirstSeen, ratioReturning, ratioKnownKey, bytesPerRider } = report
    expect([ratioFirstSeen, ratioReturning, ratioKnownKey].every((value) => value > 0)).toBe(true)
    expect(bytesPerRider.table + bytesPerRider.heap).toBeLessThanOrEqual(64 * 1024)
    expect(describeCode(report).join('\n')).toContain('64 codes accepted by both')
    expect(lines.length).toBeGreaterThan(3)
  })
})

describe('what is measured is what it is called', () => {
  let network: CodeNetwork

  beforeAll(async () => {
    network = await makeCodeNetwork({ riders: 20, seed: 'test' })
  })

  test('a first-seen code finds the issuer, and nothing of its rider', () => {
    const path = firstSeenPath(network)
    for (const code of network.newest) path.verify(code)
    path.clear()
    for (const code of network.newest) expect(path.verify(code)).toBe(true)
    // Of the two signatures only the issuer's is under a table.
    expect(path.hits()).toEqual({ authorisations: 0, riderTables: 0.5 })
    expect(path.engine.counts()).toMatchObject({ issuerTables: 1, riderTables: 0, keys: 2 })
  })

  test('a returning rider finds authorisation and table', () => {
    const path = returningPath(network, 20)
    for (const code of network.all) path.verify(code)
    path.clear()
    for (const code of network.all) expect(path.verify(code)).toBe(true)
    expect(path.hits()).toEqual({ authorisations: 1, riderTables: 1 })
  })

  test('all codes differ, and every form takes what the issuer signed and refuses the rest', () => {
    expect(new Set(network.all.map((code) => code.join())).size).toBe(20 * CODES_A_RIDER)
    const native = nativePath(network, { riders: 'new', certificate: 'known' })
    expect(network.all.every((code) => native.verify(code))).toBe(true)
    const [first, second] = network.issued
    if (!first || !second) throw new TypeError('nothing was issued')
    for (const { name, verify } of nativeKnownKeyForms(network)) {
      expect(verify(first), name).toBe(true)
      expect(verify({ ...first, message: second.message }), name).toBe(false)
    }
  })
})

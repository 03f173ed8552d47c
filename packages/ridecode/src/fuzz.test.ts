import { fromHex, toHex } from '@unifare/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Corpus, fuzzCodes, walk } from '../fuzz/code-fuzz.ts'
import keptCorpus from '../fuzz/corpus.json' with { type: 'json' }
import { fuzzGround } from '../fuzz/ground.ts'

const corpus: Corpus = keptCorpus
/** Inputs of a run within CI's time; `npm run fuzz:code` tries as many as one likes. */
const RUNS = 40_000
let ground: Awaited<ReturnType<typeof fuzzGround>>

beforeAll(async () => {
  ground = await fuzzGround()
})

describe('hostile codes', () => {
  test('every input of the corpus goes the way that it was kept for', () => {
    const ways = Object.entries(corpus).map(([way, hex]) => [way, walk(fromHex(hex), ground).way])
    expect(ways.length).toBeGreaterThan(20)
    for (const [kept, walked] of ways) expect(walked).toBe(kept)
  })

  test('mutated, none throws, and none is accepted that no phone has signed', () => {
    const nowMs = () => performance.now()
    const { fault, accepted } = fuzzCodes({ ...ground, seed: 'ci', runs: RUNS, corpus, nowMs })
    expect(fault).toBeNull()
    // Some mutants are honest codes again: the rule is tried on both sides.
    expect(accepted).toBeGreaterThan(0)
  })

  test('a verifier that takes anything is found out', () => {
    const engine = { ...ground.engine, sm2Verify: () => true }
    const gullible = fuzzCodes({
      ...ground,
      engine,
      seed: 'gullible',
      runs: RUNS,
      corpus: {},
      nowMs: () => 0,
    })
    expect(gullible.fault).toMatchObject({ rule: 'unsigned' })
    expect(ground.honest.map(toHex)).not.toContain(gullible.fault?.input)
  })
})

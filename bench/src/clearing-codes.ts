import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyCode } from '@unifare/ridecode'
import { parseTap } from '@unifare/tap'
import { makeNationalSlice, type NationalPlan, nationalColumns } from '@unifare/twin'
import { generateDay, openNationalClearing, openVerifier } from '@unifare/twin/node'

/** How ride codes are cleared. */
export interface ClearedCodes {
  /** Codes of the day over the seconds of its whole clearing, cards included. */
  readonly codesPerSecond: number
  /** What one thread verifies when it does nothing else, the same kind of codes. */
  readonly verifierPerSecond: number
  /** The first over the second and the number of cores. */
  readonly ratioVerifier: number
  readonly codes: number
  readonly taps: number
  readonly exact: boolean
}

const CODES_PPM = 200_000
/** Taps of the day at most: every code costs its riders three signatures. */
const TAPS_MAX = 100_000
const TAPS_PER_CLEARED = 5
const TAPS_MIN = 1_000
const OWN_CODES_MAX = 2_000

/** Clears a day of which a fifth shows codes, every signature checked. */
export async function measureClearedCodes(options: {
  readonly seed: string
  readonly taps: number
  readonly cores: number
  readonly cities: number
}): Promise<ClearedCodes> {
  const { seed, cores } = options
  const taps = Math.max(TAPS_MIN, Math.min(TAPS_MAX, Math.floor(options.taps / TAPS_PER_CLEARED)))
  const plan: NationalPlan = {
    seed: `${seed}/codes`,
    day: '2026-11-20',
    taps,
    cities: options.cities,
    codesPpm: CODES_PPM,
    nodes: cores * 2,
    tapsPerFault: 1_000,
  }
  const dir = await mkdtemp(join(tmpdir(), 'unifare-codes-'))
  try {
    const expected = await generateDay({ plan, dir, threads: cores })
    const clearing = await openNationalClearing({ plan, dir, threads: cores })
    try {
      // Threads open their keys and rules with the first run; caches of riders begin empty in the second.
      await clearing.clear(1)
      const before = await ownRate(plan)
      const started = performance.now()
      const cleared = await clearing.clear()
      const seconds = (performance.now() - started) / 1000
      const codes = Math.round((taps * CODES_PPM) / 1_000_000)
      const codesPerSecond = codes / seconds
      // Before and after: the machine is not the same from one second to the next.
      const verifierPerSecond = (before + (await ownRate(plan))) / 2
      return {
        codesPerSecond: Math.round(codesPerSecond),
        verifierPerSecond: Math.round(verifierPerSecond),
        ratioVerifier: Number((codesPerSecond / verifierPerSecond / cores).toFixed(2)),
        codes,
        taps,
        exact: cleared.verdicts['normal'] === cleared.charges - expected.length,
      }
    } finally {
      await clearing.close()
    }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Codes that one thread verifies in a second with the verifier that clearing uses. */
async function ownRate(plan: NationalPlan): Promise<number> {
  const small = { ...plan, taps: Math.min(plan.taps, OWN_CODES_MAX * 5), tapsPerFault: 0 }
  const { terminals } = await makeNationalSlice(small, 0, await nationalColumns(plan))
  const taps = terminals.flatMap(({ records }) => records.map(parseTap))
  const codes = taps.filter(({ medium }) => medium === 'code')
  const { issuerKeys, engine, caches } = await openVerifier({ seed: plan.seed })
  if (issuerKeys === undefined) throw new TypeError('no issuer keys')
  const started = performance.now()
  for (const { evidence, at } of codes) {
    const verdict = verifyCode({
      bytes: evidence,
      atS: Math.floor(at / 1_000),
      keys: issuerKeys,
      engine,
      caches,
    })
    if (!verdict.ok) throw new TypeError(`a good code was refused: ${verdict.code}`)
  }
  return codes.length / ((performance.now() - started) / 1000)
}

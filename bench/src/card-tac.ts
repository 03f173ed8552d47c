import type { SymmetricAlgorithm } from '@unifare/crypto'
import { nativeForms } from './card-tac-native.ts'
import { makeTacWork, ourTacs, ourVerdicts, type TacWork } from './card-tac-work.ts'
import { median, ratio, runRounds } from './rounds.ts'

/** What was measured of TAC checks under one algorithm. */
export interface TacResult {
  /** Checks a CPU second by our tables over those of the fastest native form. */
  readonly ratio: number
  readonly oursPerSecond: number
  /** By form of `node:crypto`. */
  readonly nativePerSecond: Readonly<Record<string, number>>
  readonly fastestNative: string
  /** Inputs whose TACs were compared; a difference throws. */
  readonly compared: number
}

const OURS = 'ours'

/** Rows of a round, and of a slice of the comparison. */
const ROWS = 20_000

/** Compares our TACs with OpenSSL's on random inputs, then measures both in turns. */
export function benchTac(options: {
  readonly algorithm: SymmetricAlgorithm
  /** Random inputs to compare. */
  readonly samples: number
  readonly rounds: number
  readonly random: (length: number) => Uint8Array
  readonly tell: (line: string) => void
}): TacResult {
  const { algorithm, samples, rounds, random, tell } = options
  const count = Math.min(ROWS, samples)
  const work = makeTacWork({ algorithm, count, random })
  const forms = nativeForms(work)
  for (const form of forms) requireSame(work, form)
  const verdicts = ourVerdicts(work)
  const times = runRounds(
    [
      { name: OURS, round: () => expectSame(ourVerdicts(work), verdicts, OURS) },
      ...forms.map((form) => ({
        name: form.name,
        round: () => expectSame(form.verdicts(), verdicts, form.name),
      })),
    ],
    { rounds, tell: (round) => tell(`${algorithm}: round ${round} of ${rounds}`) },
  )
  const ours = times[OURS] ?? []
  const native = forms
    .map(({ name }) => ({ name, times: times[name] ?? [] }))
    .toSorted((a, b) => median(a.times) - median(b.times))
  const [fastest] = native
  if (fastest === undefined) throw new TypeError('this Node has no form to compare with')
  const rate = (values: readonly number[]) => Math.round(count / median(values))
  compareRest({ ...options, from: count, form: fastest.name })
  return {
    ratio: ratio(fastest.times, ours),
    oursPerSecond: rate(ours),
    nativePerSecond: Object.fromEntries(native.map(({ name, times: own }) => [name, rate(own)])),
    fastestNative: fastest.name,
    compared: samples,
  }
}

/** The inputs beyond the first slice, each slice under a new key, by the fastest native form. */
function compareRest(options: {
  readonly algorithm: SymmetricAlgorithm
  readonly samples: number
  readonly from: number
  readonly form: string
  readonly random: (length: number) => Uint8Array
  readonly tell: (line: string) => void
}): void {
  const { algorithm, samples, random, tell } = options
  for (let done = options.from; done < samples; ) {
    const count = Math.min(ROWS, samples - done)
    const work = makeTacWork({ algorithm, count, random })
    const form = nativeForms(work).find(({ name }) => name === options.form)
    if (form) requireSame(work, form)
    done += count
    if (done % (ROWS * 10) === 0 || done === samples) {
      tell(`${algorithm}: ${done} of ${samples} random inputs give the TACs of node:crypto`)
    }
  }
}

function requireSame(work: TacWork, form: ReturnType<typeof nativeForms>[number]): void {
  expectSame(form.tacs(), ourTacs(work), form.name)
}

function expectSame(a: Uint8Array, b: Uint8Array, name: string): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${name} and our tables differ`)
}

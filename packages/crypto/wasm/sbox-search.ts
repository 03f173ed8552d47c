import { S_BOXES } from '../src/des-tables.ts'
import { type Circuit, type Gate, type GateKind, GIVEN, gateValue, INPUTS } from './circuit.ts'

/**
 * Small Boolean circuits for the S-boxes of FIPS 46-3, found by search: an output is a gate of
 * what is there, or two, or else split by an input bit into two easier halves that hold where the
 * bit is 0 and where it is 1.
 */

const OUTPUTS = 4
const MAX = 160
const NOT_FOUND = -1
/** Truth tables of the values of a circuit in the making, bit `i` for input `i`, in two words. */
const low = new Int32Array(MAX)
const high = new Int32Array(MAX)
let gates: Gate[] = []
let seedWord = 1

/** A circuit for an S-box (0 to 7); another one for another seed. */
export function findCircuit(box: number, seed: number, limit: number): Circuit | undefined {
  seedWord = seed
  gates = []
  for (let input = 0; input < INPUTS; input++) setInput(input)
  low[INPUTS] = -1
  high[INPUTS] = -1
  const outputs: number[] = Array.from({ length: OUTPUTS }, () => NOT_FOUND)
  for (const output of shuffled(OUTPUTS)) {
    const [l, h] = truthOf(box, output)
    // The first split of an output tries some of the inputs only: random ones.
    const tried = outputs.every((one) => one === NOT_FOUND) ? 3 : 4
    const value = solve(
      { l, h, ml: -1, mh: -1 },
      limit - gates.length,
      shuffled(INPUTS).slice(0, tried),
    )
    if (value === NOT_FOUND) return undefined
    outputs[output] = value
  }
  return { gates: gates.slice(), outputs }
}

/** A wanted truth table, and where it matters. */
interface Target {
  readonly l: number
  readonly h: number
  readonly ml: number
  readonly mh: number
}

function solve(target: Target, budget: number, inputs: readonly number[]): number {
  const direct = existing(target)
  if (direct !== NOT_FOUND) return direct
  if (budget < 1) return NOT_FOUND
  const single = oneGate(target)
  if (single !== NOT_FOUND) return single
  if (budget < 2) return NOT_FOUND
  const double = twoGates(target)
  if (double !== NOT_FOUND) return double
  if (budget < 3) return NOT_FOUND
  return split(target, budget, inputs)
}

function split(target: Target, budget: number, inputs: readonly number[]): number {
  const start = gates.length
  let best: Gate[] | undefined
  let limit = budget
  for (const input of inputs) {
    // Below the first split every other input is free.
    const next = Array.from({ length: INPUTS }, (_, i) => i).filter(
      (one) => !usedInputs.has(one) && one !== input,
    )
    for (let form = 0; form < 3; form++) {
      const value = joined(target, input, form, limit, next)
      if (value !== NOT_FOUND) {
        best = gates.slice(start)
        limit = gates.length - start - 1
      }
      gates.length = start
    }
  }
  if (best === undefined) return NOT_FOUND
  for (const gate of best) push(gate)
  return GIVEN + gates.length - 1
}

/** Inputs that splits on the way here have taken. */
const usedInputs = new Set<number>()

/**
 * Two halves under an input bit i. Form 0: a is right where i is 0, and b & i mends the rest; form
 * 1: a is right where i is 1, and b & ~i mends the rest; form 2: ~a is, and b | i does.
 */
function joined(
  { l, h, ml, mh }: Target,
  input: number,
  form: number,
  budget: number,
  next: readonly number[],
): number {
  const start = gates.length
  const [il, ih] = [low[input]!, high[input]!]
  const zero = { ml: ml & ~il, mh: mh & ~ih }
  const one = { ml: ml & il, mh: mh & ih }
  usedInputs.add(input)
  const base = form === 0 ? zero : one
  const flip = form === 2 ? -1 : 0
  let result = NOT_FOUND
  const a = solve({ l: l ^ flip, h: h ^ flip, ...base }, budget - 2, next)
  if (a !== NOT_FOUND) {
    const rest = form === 0 ? one : zero
    const left = budget - 2 - (gates.length - start)
    const b = solve({ l: l ^ low[a]!, h: h ^ high[a]!, ...rest }, left, next)
    if (b !== NOT_FOUND) {
      const c = push([form === 0 ? 'and' : form === 1 ? 'andnot' : 'or', b, input])
      result = push(['xor', a, c])
    }
  }
  usedInputs.delete(input)
  return result !== NOT_FOUND && gates.length - start <= budget ? result : NOT_FOUND
}

function existing({ l, h, ml, mh }: Target): number {
  for (let i = GIVEN + gates.length - 1; i >= 0; i--) {
    if (((low[i]! ^ l) & ml) === 0 && ((high[i]! ^ h) & mh) === 0) return i
  }
  return NOT_FOUND
}

function oneGate({ l, h, ml, mh }: Target): number {
  const count = GIVEN + gates.length
  for (let a = 0; a < count; a++) {
    const [al, ah] = [low[a]!, high[a]!]
    for (let b = 0; b < a; b++) {
      const [bl, bh] = [low[b]!, high[b]!]
      if (((al ^ bl ^ l) & ml) === 0 && ((ah ^ bh ^ h) & mh) === 0) return push(['xor', a, b])
      if ((((al & bl) ^ l) & ml) === 0 && (((ah & bh) ^ h) & mh) === 0) return push(['and', a, b])
      if ((((al | bl) ^ l) & ml) === 0 && (((ah | bh) ^ h) & mh) === 0) return push(['or', a, b])
      if ((((al & ~bl) ^ l) & ml) === 0 && (((ah & ~bh) ^ h) & mh) === 0) {
        return push(['andnot', a, b])
      }
      if ((((bl & ~al) ^ l) & ml) === 0 && (((bh & ~ah) ^ h) & mh) === 0) {
        return push(['andnot', b, a])
      }
    }
  }
  return NOT_FOUND
}

/** A gate of a third value and of a gate of two: which third values may serve is told at once. */
function twoGates(target: Target): number {
  const { l, h, ml, mh } = target
  const count = GIVEN + gates.length
  for (const c of shuffled(count)) {
    const [cl, ch] = [low[c]!, high[c]!]
    // target = p ^ c everywhere; p & c where the target needs c; and so on.
    const found =
      innerGate({ l: l ^ cl, h: h ^ ch, ml, mh }, 'xor', c) ??
      (covers(l & ml, h & mh, cl, ch)
        ? innerGate({ l, h, ml: ml & cl, mh: mh & ch }, 'and', c)
        : undefined) ??
      (covers(cl & ml, ch & mh, l, h)
        ? innerGate({ l, h, ml: ml & ~cl, mh: mh & ~ch }, 'or', c)
        : undefined) ??
      (covers(l & ml, h & mh, ~cl, ~ch)
        ? innerGate({ l, h, ml: ml & ~cl, mh: mh & ~ch }, 'andnot', c)
        : undefined) ??
      (covers(l & ml, h & mh, cl, ch)
        ? innerGate({ l: ~l, h: ~h, ml: ml & cl, mh: mh & ch }, 'nand', c)
        : undefined)
    if (found !== undefined) return found
  }
  return NOT_FOUND
}

function covers(l: number, h: number, cl: number, ch: number): boolean {
  return (l & ~cl) === 0 && (h & ~ch) === 0
}

function innerGate(target: Target, outer: GateKind | 'nand', c: number): number | undefined {
  const inner = oneGate(target)
  if (inner === NOT_FOUND) return undefined
  return push(outer === 'nand' ? ['andnot', c, inner] : [outer, inner, c])
}

function push(gate: Gate): number {
  const [kind, a, b] = gate
  const value = GIVEN + gates.length
  low[value] = gateValue(kind, low[a]!, low[b]!)
  high[value] = gateValue(kind, high[a]!, high[b]!)
  gates.push(gate)
  return value
}

function setInput(input: number): void {
  for (let six = 0; six < 64; six++) {
    const words = six < 32 ? low : high
    const bit = 1 << (six & 31)
    if ((six >>> (5 - input)) & 1) words[input]! |= bit
    else words[input]! &= ~bit
  }
}

/** Truth table of an output bit of an S-box, leftmost first. */
function truthOf(box: number, output: number): readonly [number, number] {
  const words = [0, 0]
  for (let six = 0; six < 64; six++) {
    const at = (((six >>> 4) & 2) | (six & 1)) * 16 + ((six >>> 1) & 15)
    const nibble = Number.parseInt((S_BOXES[box] ?? '').charAt(at), 16)
    if ((nibble >>> (3 - output)) & 1) words[six >>> 5]! |= 1 << (six & 31)
  }
  return [words[0] ?? 0, words[1] ?? 0]
}

function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const j = word() % (i + 1)
    const kept = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = kept
  }
  return order
}

/** Xorshift: repeatable. */
function word(): number {
  seedWord ^= seedWord << 13
  seedWord ^= seedWord >>> 17
  seedWord ^= seedWord << 5
  return seedWord >>> 0
}

import { P, PC1, PC2 } from '../src/des-tables.ts'
import { type Circuit, GIVEN } from './circuit.ts'
import { CIRCUITS } from './sbox-circuits.ts'

/**
 * AssemblyScript text of what is better generated than typed: a round of DES over planes, and the
 * wiring of blocks and keys. Plane `i` holds bit `i` of 128 lanes; permutations cost nothing but
 * another address.
 */
const PLANE_BYTES = 16
const KEY_HALF = 28

/** Planes of a key: C twice in a row, then D twice, so that a shift is only a further beginning. */
const D_AT = KEY_HALF * 2

/** The module `generated`. */
export function generatedSource(): string {
  return [
    ...routine('round(key: usize, from: usize, to: usize)', CIRCUITS.flatMap(box)),
    ...routine('absorbPlanes(blocks: usize, left: usize, right: usize)', halves(absorbed)),
    ...routine('spillPlanes(blocks: usize, left: usize, right: usize)', halves(spilled)),
    ...routine('wirePlanes(blocks: usize, key: usize)', PC1.flatMap(wired)),
  ].join('\n')
}

function routine(head: string, body: readonly string[]): string[] {
  return [`export function ${head}: void {`, ...body.map((line) => `  ${line}`), '}']
}

/** One S-box of a round: its six inputs under the key, its circuit, its four outputs through P. */
function box({ gates, outputs }: Circuit, number: number): string[] {
  const name = (value: number) => (value === GIVEN - 1 ? 'ones' : `b${number}v${value}`)
  const inputs = Array.from({ length: GIVEN - 1 }, (_, i) => {
    const half = (number * 4 + 31 + i) % 32
    const bit = (PC2[number * 6 + i] ?? 0) - 1
    const key = bit < KEY_HALF ? bit : D_AT + bit - KEY_HALF
    return `const ${name(i)} = v128.xor(${load('from', half)}, ${load('key', key)})`
  })
  return [
    ...(number === 0 ? ['const ones = i64x2.splat(-1)'] : []),
    ...inputs,
    ...gates.map(
      ([kind, a, b], i) => `const ${name(GIVEN + i)} = v128.${kind}(${name(a)}, ${name(b)})`,
    ),
    ...outputs.map((value, i) => {
      const to = P.findIndex((bit) => bit === number * 4 + i + 1)
      return store('to', to, `v128.xor(${load('to', to)}, ${name(value)})`)
    }),
  ]
}

function halves(line: (half: 'left' | 'right', i: number, block: number) => string): string[] {
  return Array.from({ length: 64 }, (_, i) => {
    // IP takes the even columns first, each from the last byte to the first.
    const column = ((i >>> 3) * 2 + 1) % 9
    const bit = (7 - (i & 7)) * 8 + column
    return line(i < 32 ? 'left' : 'right', i % 32, planeOf(bit))
  })
}

function absorbed(half: 'left' | 'right', i: number, block: number): string {
  return store(half, i, `v128.xor(${load(half, i)}, ${load('blocks', block)})`)
}

function spilled(half: 'left' | 'right', i: number, block: number): string {
  return store('blocks', block, load(half, i))
}

function wired(from: number, i: number): string[] {
  const at = i < KEY_HALF ? i : D_AT + i - KEY_HALF
  const plane = load('blocks', planeOf(from - 1))
  return [store('key', at, plane), store('key', at + KEY_HALF, plane)]
}

/** Plane of a bit of a block, 0 = leftmost: bytes come first to last, their bits last to first. */
function planeOf(bit: number): number {
  return bit ^ 7
}

function load(base: string, plane: number): string {
  return `v128.load(${base}, ${plane * PLANE_BYTES})`
}

function store(base: string, plane: number, value: string): string {
  return `v128.store(${base}, ${value}, ${plane * PLANE_BYTES})`
}

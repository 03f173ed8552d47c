/**
 * AssemblyScript text of what is better generated than typed: multiplication and squaring modulo
 * the SM2 prime, unrolled, and the constants of the curve.
 *
 * A field element is 9 signed limbs of 29 bits in memory, times 2^261 (Montgomery). Since
 * p = 2^256 - 2^224 - 2^96 + 2^64 - 1 is -1 modulo 2^29, the quotient digit of a column is the
 * column's own low limb q, and adding q·p is four shifts; its -q clears the column.
 */
const LIMBS = 9
const LIMB_BITS = 29n
const ELEMENT_BYTES = LIMBS * 4

/** Recommended curve of GM/T 0003.5-2012. */
const CURVE = {
  p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
  n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
  gx: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  gy: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
} as const

/** p + 1 in powers of two, as column, shift within the column, and sign. */
const PRIME_PLUS_ONE = [
  { column: 2, shift: 6, sign: '+' },
  { column: 3, shift: 9, sign: '-' },
  { column: 7, shift: 21, sign: '-' },
  { column: 8, shift: 24, sign: '+' },
] as const

/** The module `generated`. */
export function generatedSource(): string {
  return [
    ...constants(),
    ...routine(
      'multiply(out: usize, a: usize, b: usize)',
      [...loads('a'), ...loads('b')],
      products,
    ),
    ...routine('square(out: usize, a: usize)', [...loads('a'), ...doubled()], squares),
  ].join('\n')
}

function constants(): string[] {
  const { p, n, b, gx, gy } = CURVE
  const montgomery = (value: bigint) => limbs((value << (LIMB_BITS * BigInt(LIMBS))) % p)
  return [
    `export const LIMB_BITS: i64 = ${LIMB_BITS}`,
    `export const LIMB_MASK: i64 = ${(1n << LIMB_BITS) - 1n}`,
    `export const ELEMENT_BYTES: usize = ${ELEMENT_BYTES}`,
    data('PRIME_LIMBS', 'i32', limbs(p)),
    // A product with it makes a Montgomery element, one with PLAIN_ONE a plain number.
    data('INTO_MONTGOMERY', 'i32', limbs((1n << (LIMB_BITS * BigInt(2 * LIMBS))) % p)),
    data('PLAIN_ONE', 'i32', limbs(1n)),
    data('ONE', 'i32', montgomery(1n)),
    data('CURVE_B', 'i32', montgomery(b)),
    data('GENERATOR', 'i32', [...montgomery(gx), ...montgomery(gy)]),
    data('PRIME', 'u32', words(p)),
    data('ORDER', 'u32', words(n)),
    data('INVERSE_EXPONENT', 'u32', words(p - 2n)),
    data('ROOT_EXPONENT', 'u32', words((p + 1n) / 4n)),
    '',
  ]
}

function data(name: string, type: 'i32' | 'u32', values: readonly bigint[]): string {
  return `export const ${name}: usize = memory.data<${type}>([${values.join(', ')}])`
}

function limbs(value: bigint): bigint[] {
  const mask = (1n << LIMB_BITS) - 1n
  return Array.from({ length: LIMBS }, (_, i) => (value >> (LIMB_BITS * BigInt(i))) & mask)
}

/** 32-bit words, lowest first, with two zeros behind, so that bits may be read past the end. */
function words(value: bigint): bigint[] {
  return Array.from({ length: 10 }, (_, i) => (value >> BigInt(32 * i)) & 0xffffffffn)
}

/** Products column by column, each cleared before the next; the limbs of the result above them. */
function routine(
  head: string,
  prepare: readonly string[],
  termsOf: (column: number) => string[],
): string[] {
  const lines = [`export function ${head}: void {`, ...prepare, '  let t: i64 = 0']
  for (let k = 0; k < 2 * LIMBS - 1; k++) {
    const quotients = PRIME_PLUS_ONE.flatMap(({ column, shift, sign }) => {
      const of = k - column
      return of >= 0 && of < LIMBS ? [`${sign} (q${of} << ${shift})`] : []
    })
    lines.push(`  t += ${[termsOf(k).join(' + '), ...quotients].join(' ')}`)
    if (k < LIMBS) lines.push(`  const q${k}: i64 = t & LIMB_MASK`)
    else lines.push(`  store<i32>(out, i32(t & LIMB_MASK), ${(k - LIMBS) * 4})`)
    lines.push('  t >>= LIMB_BITS')
  }
  return [...lines, `  store<i32>(out, i32(t), ${(LIMBS - 1) * 4})`, '}', '']
}

function loads(name: string): string[] {
  return Array.from(
    { length: LIMBS },
    (_, i) => `  const ${name}${i}: i64 = i64(load<i32>(${name}, ${i * 4}))`,
  )
}

function doubled(): string[] {
  return Array.from({ length: LIMBS - 1 }, (_, i) => `  const d${i}: i64 = a${i} << 1`)
}

function products(column: number): string[] {
  return pairs(column).map(([i, j]) => `a${i} * b${j}`)
}

function squares(column: number): string[] {
  return pairs(column)
    .filter(([i, j]) => i <= j)
    .map(([i, j]) => (i === j ? `a${i} * a${i}` : `d${i} * a${j}`))
}

/** Limbs whose product falls into a column. */
function pairs(column: number): (readonly [number, number])[] {
  return Array.from({ length: LIMBS }, (_, i) => [i, column - i] as const).filter(
    ([, j]) => j >= 0 && j < LIMBS,
  )
}

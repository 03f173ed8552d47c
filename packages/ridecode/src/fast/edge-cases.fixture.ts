import { sm3 } from '@unifare/crypto'
import {
  compressed,
  G,
  inverse,
  lift,
  type MaybePoint,
  minus,
  mod,
  N,
  type NaivePoint,
  numberOf,
  P,
  plus,
  signatureOf,
  times,
  uncompressed,
} from './naive-sm2.fixture.ts'
import { EDGE_MESSAGE, type EdgeVerdict } from './self-test-cases.ts'

/** A signature over `EDGE_MESSAGE` without id, its verdict known by construction. */
export interface EdgeCase {
  readonly name: string
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly verdict: EdgeVerdict
}

/** Digest of the message: without an id it depends on no key, so that keys can be made to fit. */
const E = mod(numberOf(sm3(EDGE_MESSAGE)), N)
const S = 0x5eed0f5eed0f5eed0f5eed0f5eed0f5eed0f5eed0f5eed0f5eed0f5eed0f5eedn

/** The edge cases of the self-test, made again from their reasons. */
export function edgeCases(): EdgeCase[] {
  const wrapped = firstPoint(N + 1n)
  const low = firstPoint(1n)
  const plain = keyFor(times(77n, G), { r: E + xOf(times(77n, G)), s: S })
  const cases: (Made & Pick<EdgeCase, 'name' | 'verdict'>)[] = [
    { name: 'plain', ...plain, verdict: 'good' },
    {
      name: 'plain, key of 65 bytes',
      ...plain,
      publicKey: uncompressed(plain.key),
      verdict: 'good',
    },
    { name: 'x of n and above', ...keyFor(wrapped, { r: E + wrapped.x, s: S }), verdict: 'good' },
    {
      // A verifier that compares modulo p with r - e + n takes this one.
      name: 'r - e + n is x only modulo p',
      ...keyFor(low, { r: E + low.x + P - N, s: S }),
      verdict: 'bad',
    },
    { name: 'small r', ...smallR(), verdict: 'good' },
    {
      name: 'small s',
      ...keyFor(times(77n, G), { r: E + xOf(times(77n, G)), s: 3n }),
      verdict: 'good',
    },
    { name: 'r with n added', ...withNumbers(smallR(), (r, s) => [r + N, s]), verdict: 'bad' },
    { name: 's with n added', ...withNumbers(smallS(), (r, s) => [r, s + N]), verdict: 'bad' },
    { name: 'r = 0', ...withNumbers(plain, (_, s) => [0n, s]), verdict: 'bad' },
    { name: 's = 0', ...withNumbers(plain, (r) => [r, 0n]), verdict: 'bad' },
    { name: 'r = n', ...withNumbers(plain, (_, s) => [N, s]), verdict: 'bad' },
    { name: 's = n', ...withNumbers(plain, (r) => [r, N]), verdict: 'bad' },
    { name: 'r + s = n', ...withNumbers(plain, (r) => [r, N - r]), verdict: 'bad' },
    { name: 'all bits set', ...withNumbers(plain, () => [2n ** 256n - 1n, S]), verdict: 'bad' },
    { name: 'sum at infinity', ...atInfinity(), verdict: 'bad' },
    { name: 'key G', ...signed(1n), verdict: 'good' },
    { name: 'key 2 G', ...signed(2n), verdict: 'good' },
    {
      name: 'key -G',
      ...signed(1n),
      publicKey: compressed({ x: G.x, y: P - G.y }),
      verdict: 'bad',
    },
    { name: 'sum meets a table point', ...meeting(1n), verdict: 'good' },
    { name: 'sum passes infinity', ...meeting(-1n), verdict: 'good' },
    { name: 'x not on the curve', ...plain, publicKey: offCurve(), verdict: 'no key' },
    {
      name: 'y not on the curve',
      ...plain,
      publicKey: uncompressed({ x: G.x, y: G.y + 1n }),
      verdict: 'no key',
    },
    { name: 'x of p and above', ...plain, publicKey: xAbove(), verdict: 'no key' },
    { name: 'no key', ...plain, publicKey: new Uint8Array(33), verdict: 'no key' },
    { name: 'other form of key', ...plain, publicKey: hybrid(plain.key), verdict: 'no key' },
    { name: 'key cut short', ...plain, publicKey: plain.publicKey.slice(0, 32), verdict: 'no key' },
  ]
  return cases.map(({ name, publicKey, signature, verdict }) => ({
    name,
    publicKey,
    signature,
    verdict,
  }))
}

interface Numbers {
  readonly r: bigint
  readonly s: bigint
}

interface Made {
  readonly key: NaivePoint
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

/** The key P = (R - sG)/(r + s) under which s G + (r + s) P is the wanted sum R. */
function keyFor(sum: MaybePoint, { r, s }: Numbers): Made {
  const [r1, s1] = [mod(r, N), mod(s, N)]
  return made(times(inverse(r1 + s1, N), plus(sum, minus(times(s1, G)))), { r: r1, s: s1 })
}

function made(key: MaybePoint, { r, s }: Numbers): Made {
  if (!key) throw new TypeError('the key of this case is infinite')
  return { key, publicKey: compressed(key), signature: signatureOf(r, s) }
}

function withNumbers({ key, signature }: Made, change: (r: bigint, s: bigint) => bigint[]): Made {
  const [r = 0n, s = 0n] = change(
    numberOf(signature.subarray(0, 32)),
    numberOf(signature.subarray(32)),
  )
  return made(key, { r, s })
}

/** A signature under d G. */
function signed(d: bigint): Made {
  const r = mod(E + xOf(times(77n, G)), N)
  return made(times(d, G), { r, s: mod((77n - r * d) * inverse(1n + d, N), N) })
}

/** The sum's x is r - e for the smallest r that has one. */
function smallR(): Made {
  for (let r = 1n; ; r++) {
    const sum = lift(mod(r - E, N))
    if (sum) return keyFor(sum, { r, s: S })
  }
}

function smallS(): Made {
  const sum = times(77n, G)
  return keyFor(sum, { r: E + xOf(sum), s: 3n })
}

/** s G + (r + s) d G = 0. */
function atInfinity(): Made {
  const d = 5n
  const r = 12345n
  return made(times(d, G), { r, s: mod(-r * d * inverse(1n + d, N), N) })
}

/**
 * (r + s) P is the lowest window of s times G, or its negative: adding that window's point of the
 * generator's table doubles the sum, or makes it infinite on the way.
 */
function meeting(sign: bigint): Made {
  const low = mod(S, 256n)
  const window = low > 128n ? low - 256n : low
  const sum = times(S + sign * window, G)
  const r = mod(E + xOf(sum), N)
  return made(times(mod(sign * window, N) * inverse(r + S, N), G), { r, s: S })
}

/** First point with an x from here on. */
function firstPoint(from: bigint): NaivePoint {
  for (let x = from; ; x++) {
    const point = lift(x)
    if (point) return point
  }
}

function offCurve(): Uint8Array {
  for (let x = G.x; ; x++) if (!lift(x)) return compressed({ x, y: 0n })
}

/** A good x with p added, which still fits 32 bytes. */
function xAbove(): Uint8Array {
  return compressed({ x: firstPoint(1n).x + P, y: 0n })
}

function hybrid({ x, y }: NaivePoint): Uint8Array {
  const bytes = uncompressed({ x, y })
  bytes[0] = 6 + Number(y & 1n)
  return bytes
}

function xOf(point: MaybePoint): bigint {
  if (!point) throw new TypeError('a point is infinite')
  return point.x
}

/** One row of `self-test-cases.ts`. */
export function rowOf({ name, publicKey, signature, verdict }: EdgeCase): string {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
  return `${name}|${hex(publicKey)}|${hex(signature)}|${verdict}`
}

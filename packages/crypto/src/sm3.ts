const BLOCK_BYTES = 64
const IV = Int32Array.of(
  0x7380166f,
  0x4914b2b9,
  0x172442d7,
  0xda8a0600,
  0xa96f30bc,
  0x163138aa,
  0xe38dee4d,
  0xb0fb0e4e,
)

const rotateLeft = (x: number, n: number) => (x << n) | (x >>> (32 - n))

/** T(j) <<< j of every round, ready rotated. */
const ROUND = Int32Array.from({ length: 64 }, (_, j) =>
  rotateLeft(j < 16 ? 0x79cc4519 : 0x7a879d8a, j % 32),
)

// Calls are synchronous and never nest, so that one schedule and one state serve them all.
const words = new Int32Array(68)
const state = new Int32Array(8)
const tail = new Uint8Array(BLOCK_BYTES * 2)

/** SM3 (GB/T 32905-2016) of a message, 32 bytes. */
export function sm3(data: Uint8Array): Uint8Array {
  state.set(IV)
  const whole = data.length - (data.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(data, at)

  const left = data.length - whole
  const tailBytes = left < 56 ? BLOCK_BYTES : BLOCK_BYTES * 2
  tail.fill(0)
  tail.set(data.subarray(whole))
  tail[left] = 0x80
  let bits = data.length * 8
  for (let i = tailBytes - 1; bits > 0; i--) {
    tail[i] = bits % 256
    bits = Math.floor(bits / 256)
  }
  for (let at = 0; at < tailBytes; at += BLOCK_BYTES) compress(tail, at)

  const digest = new Uint8Array(32)
  for (let i = 0; i < 32; i++) digest[i] = state[i >> 2]! >>> (24 - (i & 3) * 8)
  return digest
}

function compress(data: Uint8Array, at: number): void {
  expand(data, at)
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let j = 0; j < 64; j++) {
    const a12 = (a << 12) | (a >>> 20)
    const sum = (a12 + e + ROUND[j]!) | 0
    const ss1 = (sum << 7) | (sum >>> 25)
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c)
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g)
    const tt1 = (ff + d + (ss1 ^ a12) + (words[j]! ^ words[j + 4]!)) | 0
    const tt2 = (gg + h + ss1 + words[j]!) | 0
    d = c
    c = (b << 9) | (b >>> 23)
    b = a
    a = tt1
    h = g
    g = (f << 19) | (f >>> 13)
    f = e
    e = tt2 ^ ((tt2 << 9) | (tt2 >>> 23)) ^ ((tt2 << 17) | (tt2 >>> 15))
  }
  state[0]! ^= a
  state[1]! ^= b
  state[2]! ^= c
  state[3]! ^= d
  state[4]! ^= e
  state[5]! ^= f
  state[6]! ^= g
  state[7]! ^= h
}

function expand(data: Uint8Array, at: number): void {
  for (let j = 0; j < 16; j++) {
    const i = at + j * 4
    words[j] = (data[i]! << 24) | (data[i + 1]! << 16) | (data[i + 2]! << 8) | data[i + 3]!
  }
  for (let j = 16; j < 68; j++) {
    const w3 = words[j - 3]!
    const x = words[j - 16]! ^ words[j - 9]! ^ ((w3 << 15) | (w3 >>> 17))
    const w13 = words[j - 13]!
    words[j] =
      x ^
      ((x << 15) | (x >>> 17)) ^
      ((x << 23) | (x >>> 9)) ^
      ((w13 << 7) | (w13 >>> 25)) ^
      words[j - 6]!
  }
}

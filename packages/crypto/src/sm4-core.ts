/** The rounds of SM4 (GB/T 32907-2016) over tables of words. */

const S_BOX = Uint8Array.from(
  (
    'D690E9FECCE13DB716B614C228FB2C052B679A762ABE04C3AA44132649860699' +
    '9C4250F491EF987A33540B43EDCFAC62E4B31CA9C908E89580DF94FA758F3FA6' +
    '4707A7FCF37317BA83593C19E6854FA8686B81B27164DA8BF8EB0F4B70569D35' +
    '1E240E5E6358D1A225227C3B01217887D40046579FD327524C3602E7A0C4C89E' +
    'EABF8AD240C738B5A3F7F2CEF96115A1E0AE5DA49B341A55AD933230F58CB1E3' +
    '1DF6E22E8266CA60C02923AB0D534E6FD5DB3745DEFD8E2F03FF6A726D6C5B51' +
    '8D1BAF92BBDDBC7F11D95C411F105AD80AC13188A5CD7BBD2D74D012B8E5B4B0' +
    '8969974A0C96777E65B9F109C56EC68418F07DEC3ADC4D2079EE5F3ED7CB3948'
  ).match(/../g) ?? [],
  (byte) => Number.parseInt(byte, 16),
)

/** Round keys of SM4: 32 words. */
export const SM4_SCHEDULE_WORDS = 32

const FK = Int32Array.of(0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc)
/** Constant of round i: bytes 7 (4i + j) mod 256, j = 0..3. */
const CK = Int32Array.from({ length: 32 }, (_, i) =>
  [0, 1, 2, 3].reduce((word, j) => (word << 8) | (((4 * i + j) * 7) & 0xff), 0),
)

const rotateLeft = (x: number, n: number) => (x << n) | (x >>> (32 - n))

/** S-box and linear transform L of the data path, for the byte of the word at a shift. */
const dataTable = (shift: number) =>
  Int32Array.from(S_BOX, (s) => {
    const b = s << shift
    return b ^ rotateLeft(b, 2) ^ rotateLeft(b, 10) ^ rotateLeft(b, 18) ^ rotateLeft(b, 24)
  })

/** The same with L' of the key path. */
const keyTable = (shift: number) =>
  Int32Array.from(S_BOX, (s) => {
    const b = s << shift
    return b ^ rotateLeft(b, 13) ^ rotateLeft(b, 23)
  })

const [T0, T1, T2, T3] = [dataTable(24), dataTable(16), dataTable(8), dataTable(0)] as const
const [K0, K1, K2, K3] = [keyTable(24), keyTable(16), keyTable(8), keyTable(0)] as const

// Calls are synchronous and never nest, so that one state serves them all: four words a lane.
const state = new Int32Array(8)

/** Begins both chains with zeros. */
export function resetSm4(): void {
  for (let i = 0; i < 8; i++) state[i] = 0
}

/** XORs the word number `i` of a block into the chain: 0..3, of lane 1 4..7. */
export function absorbSm4(i: number, word: number): void {
  state[i]! ^= word
}

/** Encrypts the chain under 32 round keys; with turned round keys it decrypts. */
export function runSm4(schedule: Int32Array): void {
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  for (let k = 0; k < SM4_SCHEDULE_WORDS; k += 4) {
    let t = b ^ c ^ d ^ schedule[k]!
    a ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    t = c ^ d ^ a ^ schedule[k + 1]!
    b ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    t = d ^ a ^ b ^ schedule[k + 2]!
    c ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    t = a ^ b ^ c ^ schedule[k + 3]!
    d ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
  }
  state[0] = d
  state[1] = c
  state[2] = b
  state[3] = a
}

/**
 * `runSm4` over both lanes at once, each under its own schedule. A chain waits for its own table
 * look-ups most of the time; the other one fills the gaps.
 */
export function runSm4Pair(schedule0: Int32Array, schedule1: Int32Array): void {
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  let e = state[4]!
  let f = state[5]!
  let g = state[6]!
  let h = state[7]!
  for (let k = 0; k < SM4_SCHEDULE_WORDS; k += 4) {
    let t = b ^ c ^ d ^ schedule0[k]!
    let u = f ^ g ^ h ^ schedule1[k]!
    a ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    e ^= T0[u >>> 24]! ^ T1[(u >>> 16) & 255]! ^ T2[(u >>> 8) & 255]! ^ T3[u & 255]!
    t = c ^ d ^ a ^ schedule0[k + 1]!
    u = g ^ h ^ e ^ schedule1[k + 1]!
    b ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    f ^= T0[u >>> 24]! ^ T1[(u >>> 16) & 255]! ^ T2[(u >>> 8) & 255]! ^ T3[u & 255]!
    t = d ^ a ^ b ^ schedule0[k + 2]!
    u = h ^ e ^ f ^ schedule1[k + 2]!
    c ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    g ^= T0[u >>> 24]! ^ T1[(u >>> 16) & 255]! ^ T2[(u >>> 8) & 255]! ^ T3[u & 255]!
    t = a ^ b ^ c ^ schedule0[k + 3]!
    u = e ^ f ^ g ^ schedule1[k + 3]!
    d ^= T0[t >>> 24]! ^ T1[(t >>> 16) & 255]! ^ T2[(t >>> 8) & 255]! ^ T3[t & 255]!
    h ^= T0[u >>> 24]! ^ T1[(u >>> 16) & 255]! ^ T2[(u >>> 8) & 255]! ^ T3[u & 255]!
  }
  state[0] = d
  state[1] = c
  state[2] = b
  state[3] = a
  state[4] = h
  state[5] = g
  state[6] = f
  state[7] = e
}

/** Writes the chain as a block of 16 bytes. */
export function emitSm4(out: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) out[at + i] = state[i >> 2]! >>> (24 - 8 * (i & 3))
}

/** Word number `i` of the chain: 0..3, of lane 1 4..7. */
export function sm4Word(i: number): number {
  return state[i]!
}

/** Makes both lanes keys and writes their round keys, 32 words each. */
export function writeSm4SchedulePair(schedule0: Int32Array, schedule1: Int32Array): void {
  let a = state[0]! ^ FK[0]!
  let b = state[1]! ^ FK[1]!
  let c = state[2]! ^ FK[2]!
  let d = state[3]! ^ FK[3]!
  let e = state[4]! ^ FK[0]!
  let f = state[5]! ^ FK[1]!
  let g = state[6]! ^ FK[2]!
  let h = state[7]! ^ FK[3]!
  for (let k = 0; k < SM4_SCHEDULE_WORDS; k++) {
    const t = b ^ c ^ d ^ CK[k]!
    const u = f ^ g ^ h ^ CK[k]!
    const next0 = a ^ K0[t >>> 24]! ^ K1[(t >>> 16) & 255]! ^ K2[(t >>> 8) & 255]! ^ K3[t & 255]!
    const next1 = e ^ K0[u >>> 24]! ^ K1[(u >>> 16) & 255]! ^ K2[(u >>> 8) & 255]! ^ K3[u & 255]!
    schedule0[k] = next0
    schedule1[k] = next1
    a = b
    b = c
    c = d
    d = next0
    e = f
    f = g
    g = h
    h = next1
  }
}

/** Writes the 32 round keys of a 16-byte key into `schedule`. */
export function writeSm4Schedule(schedule: Int32Array, key: Uint8Array): void {
  let a = keyWord(key, 0)
  let b = keyWord(key, 1)
  let c = keyWord(key, 2)
  let d = keyWord(key, 3)
  for (let k = 0; k < SM4_SCHEDULE_WORDS; k++) {
    const t = b ^ c ^ d ^ CK[k]!
    const next = a ^ K0[t >>> 24]! ^ K1[(t >>> 16) & 255]! ^ K2[(t >>> 8) & 255]! ^ K3[t & 255]!
    schedule[k] = next
    a = b
    b = c
    c = d
    d = next
  }
}

function keyWord(key: Uint8Array, i: number): number {
  const at = i * 4
  return ((key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!) ^ FK[i]!
}

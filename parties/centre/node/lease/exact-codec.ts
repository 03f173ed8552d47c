import { canonicalJson, fromUtf8, type Json, utf8 } from '@unifare/core'

/** Arrays that keep their kind; 8 bytes is what the widest of them stands at. */
const KINDS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array } as const
type Kind = keyof typeof KINDS
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array
type Plain = Readonly<Record<string, unknown>>
const ALIGNMENT = 8
const HEADER_BYTES = 4

/**
 * Writes plain data with typed arrays (8, 16, 32 bits, doubles) and bigints in it, so that it reads
 * back exactly: length of the JSON (u32), canonical JSON, then the arrays' bytes, least significant
 * first, each at a multiple of 8. The same data gives the same bytes. Throws TypeError for anything
 * else (undefined, fractions outside arrays, other classes, a member named `$`).
 */
export function encodeExact(value: unknown): Uint8Array {
  const arrays: Uint8Array[] = []
  let length = 0

  function put(array: Numbers): Json {
    const kind = (Object.keys(KINDS) as Kind[]).find((one) => array instanceof KINDS[one])
    if (kind === undefined) throw new TypeError('an array of another kind')
    const at = length
    arrays.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    length = aligned(length + array.byteLength)
    return { $: kind, at, length: array.length }
  }

  function plain(item: unknown): Json {
    if (typeof item === 'bigint') return { $: 'bigint', text: item.toString() }
    if (typeof item !== 'object' || item === null) return scalar(item)
    if (ArrayBuffer.isView(item)) return put(item as Numbers)
    if (Array.isArray(item)) return item.map(plain)
    if (Object.getPrototypeOf(item) !== Object.prototype) throw new TypeError('not plain data')
    if (Object.hasOwn(item, '$')) throw new TypeError('a member named $')
    // In the order of names, so that arrays stand in it too.
    const names = Object.keys(item).sort()
    return Object.fromEntries(names.map((name) => [name, plain((item as Plain)[name])]))
  }

  const head = utf8(canonicalJson(plain(value)))
  const start = aligned(HEADER_BYTES + head.length)
  const bytes = new Uint8Array(start + length)
  new DataView(bytes.buffer).setUint32(0, head.length, true)
  bytes.set(head, HEADER_BYTES)
  let at = start
  for (const array of arrays) {
    bytes.set(array, at)
    at = aligned(at + array.length)
  }
  return bytes
}

/** Reads what `encodeExact` wrote; arrays are copies. */
export function decodeExact(bytes: Uint8Array): unknown {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const end = HEADER_BYTES + words.getUint32(0, true)
  const start = aligned(end)

  function restored(item: Json): unknown {
    if (Array.isArray(item)) return item.map(restored)
    if (typeof item !== 'object' || item === null) return item
    const { $: kind, at, length, text } = item as Readonly<Record<string, Json>>
    if (kind === 'bigint') return BigInt(text as string)
    if (kind !== undefined) {
      const Numbers = KINDS[kind as Kind]
      const from = start + Number(at)
      // Copied: arrays of words stand at multiples of their size, and a Buffer's slice shares.
      const own = new Uint8Array(
        bytes.subarray(from, from + Number(length) * Numbers.BYTES_PER_ELEMENT),
      )
      return new Numbers(own.buffer, 0, Number(length))
    }
    return Object.fromEntries(Object.entries(item).map(([name, one]) => [name, restored(one)]))
  }

  return restored(JSON.parse(fromUtf8(bytes.subarray(HEADER_BYTES, end))) as Json)
}

function scalar(item: unknown): Json {
  if (item === null || typeof item === 'string' || typeof item === 'boolean') return item
  if (Number.isSafeInteger(item) && !Object.is(item, -0)) return item as number
  throw new TypeError(`not exact data: ${typeof item}`)
}

function aligned(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT
}

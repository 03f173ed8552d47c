import { concat, requireData, type Storage, UnifareError, view } from '@unifare/core'

/** Two words. */
export type Checksum = readonly [low: number, high: number]

/** Begins the sums, so that zeros are no sums of nothing. */
const START = 0x55434c33
/** Odd, with bits in all places. */
const FACTOR = 0x85ebca6b
const BYTES = 8

/**
 * Sums that depend on every bit and on its place: a word that differs never comes to the same, words
 * that changed places or several that differ in one of 2^32 cases at most. It is for disks, not for
 * forgers: who can write the file can write its sums.
 */
export function checksum(bytes: Uint8Array): Checksum {
  return addToSums(sumsBefore(bytes.length), bytes)
}

/** The sums before the first of so many bytes. */
export function sumsBefore(length: number): Checksum {
  return [~length >>> 0, START]
}

/**
 * The sums behind bytes, from those before them: whole pairs of words, unless they are the last. So
 * what lies between two known sums is checked without the rest. Words go to one sum and the other by
 * turns, since each step waits for the one before.
 */
export function addToSums(before: Checksum, bytes: Uint8Array): Checksum {
  const own = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  const words = new Int32Array(own.buffer, own.byteOffset, own.length >>> 2)
  let low = before[0] | 0
  let high = before[1] | 0
  const paired = words.length & ~1
  for (let i = 0; i < paired; i += 2) {
    low = addWord(low, words[i]!)
    high = addWord(high, words[i + 1]!)
  }
  if (paired < words.length) low = addWord(low, words[paired]!)
  for (let i = words.length * 4; i < own.length; i++) high = addWord(high, own[i]!)
  return [low >>> 0, high >>> 0]
}

/** One to one in both: what differs before it differs behind it. Upper bits come down again. */
function addWord(sum: number, word: number): number {
  const mixed = Math.imul(sum ^ word, FACTOR)
  return mixed ^ (mixed >>> 15)
}

/** Whether two sums are the same. */
export function isSameSum([low, high]: Checksum, [otherLow, otherHigh]: Checksum): boolean {
  return low === otherLow && high === otherHigh
}

/** The sums at a place. */
export function sumsAt(words: DataView, at: number): Checksum {
  return [words.getUint32(at), words.getUint32(at + 4)]
}

/** Writes sums to a place. */
export function writeSums(words: DataView, at: number, [low, high]: Checksum): void {
  words.setUint32(at, low)
  words.setUint32(at + 4, high)
}

/** Throws `centre.damaged-file`, which tells what to do. */
export function requireWhole(isWhole: boolean, file: string): asserts isWhole {
  const message = `${file} is not as it was written: a close puts it aside and clears its day again`
  requireData(isWhole, 'centre.damaged-file', message, { file })
}

/** Throws `centre.damaged-file` for a file that an older version wrote: it goes as damaged ones do. */
export function requireForm(isForm: boolean, file: string): asserts isForm {
  const message = `${file} is of an older form: a close puts it aside and clears its day again`
  requireData(isForm, 'centre.damaged-file', message, { file })
}

/**
 * Name of the file that an error says is damaged, if it does. Errors that come from workers have no
 * more than their text.
 */
export function damagedFileOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (error instanceof UnifareError && error.code === 'journal.corrupt') {
    const { file } = error.details
    return typeof file === 'string' ? file : undefined
  }
  return /([\w.-]+) is (?:not as it was written|of an older form)/.exec(error.message)?.[1]
}

/** Writes a file with its checksum behind it. */
export async function replaceSummed(
  storage: Storage,
  file: string,
  bytes: Uint8Array,
): Promise<void> {
  const sums = new Uint8Array(BYTES)
  writeSums(view(sums), 0, checksum(bytes))
  await storage.replace(file, concat(bytes, sums))
}

/** Reads it back, undefined where there is none; throws `centre.damaged-file`. */
export async function readSummed(storage: Storage, file: string): Promise<Uint8Array | undefined> {
  const all = await storage.read(file)
  if (all === undefined) return undefined
  requireWhole(all.length >= BYTES, file)
  const bytes = all.subarray(0, all.length - BYTES)
  requireWhole(isSameSum(checksum(bytes), sumsAt(view(all), bytes.length)), file)
  return bytes
}

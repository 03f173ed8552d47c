import { concat, fromHex, toHex, UnifareError } from '@unifare/core'
import { pureEngine, sha256 } from '@unifare/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import golden from '../vectors/sealed-1.json' with { type: 'json' }
import { frame, seal } from './framed.ts'
import {
  BATCH_BYTES_MAX,
  CHAIN_START,
  chainNext,
  encodeBatch,
  encodeTap,
  parseBatch,
  parseTap,
  signedBy,
} from './index.ts'
import {
  AT,
  CENTRE,
  cardTap,
  codeTap,
  futureKind,
  futureRecord,
  OPERATOR,
  refusedTap,
  TERMINAL,
  testKey,
} from './wire.fixture.ts'

const refused = (code: string) => expect.objectContaining({ code })
const key = testKey(TERMINAL)
const bundles = [{ kind: 'deny', publisher: CENTRE, version: 12 }]
const common = { terminal: TERMINAL, operator: OPERATOR, createdAt: AT, sign: key.sign }

function batchOf(records: readonly Uint8Array[], first = 7, previous = CHAIN_START) {
  return encodeBatch({ ...common, first, previous, records, bundles })
}

/** A batch whose header lies, under a good signature. */
function lying(change: Record<string, unknown>, records: readonly Uint8Array[]) {
  const header = { ...golden.batch.header, ...change }
  return seal(frame('UB', 1, header, concat(...records)), key.sign)
}

const goldenBytes = fromHex(golden.batch.hex)
const goldenRecords = parseBatch(goldenBytes).records

describe('golden bytes of version 1', () => {
  test('are read, signed, and made again', async () => {
    const batch = parseBatch(goldenBytes)
    expect(batch.header).toEqual(golden.batch.header)
    expect(batch.hash).toBe(golden.batch.hash)
    expect(toHex(key.publicKey)).toBe(golden.batch.publicKey)
    expect(signedBy(batch, key.publicKey, pureEngine)).toBe(true)
    expect(await batchOf(batch.records)).toEqual(goldenBytes)
  })

  test('the head: magic, version, format, header length, canonical JSON', () => {
    expect(String.fromCharCode(...goldenBytes.subarray(0, 2))).toBe('UB')
    expect([...goldenBytes.subarray(2, 4)]).toEqual([1, 0])
    const length = new DataView(goldenBytes.buffer).getUint32(4)
    const json = String.fromCharCode(...goldenBytes.subarray(8, 8 + length))
    expect(json.startsWith('{"amountFen":550,"bundles":[{"kind":"deny"')).toBe(true)
    expect(goldenBytes.length - 8 - length - 64).toBe(
      goldenRecords.reduce((sum, record) => sum + record.length, 0),
    )
  })

  test('the chain is SHA-256(previous ‖ record) over the records', () => {
    const chain = goldenRecords.reduce((hash, record) => sha256(concat(hash, record)), CHAIN_START)
    expect(toHex(chain)).toBe(golden.batch.header.chain)
    expect(chainNext(CHAIN_START, Uint8Array.of(1))).toEqual(
      sha256(concat(CHAIN_START, Uint8Array.of(1))),
    )
  })
})

describe('records', () => {
  test('come out verbatim, those of the future included, and forwarding changes no byte', () => {
    expect(goldenRecords).toEqual([
      encodeTap(cardTap()),
      encodeTap(codeTap()),
      encodeTap(refusedTap()),
      futureKind(),
      futureRecord(),
    ])
    expect(parseBatch(goldenBytes).bytes).toEqual(goldenBytes)
    expect(() => parseTap(goldenRecords[3]!)).toThrow(refused('tap.unknown-kind'))
    expect(() => parseTap(goldenRecords[4]!)).toThrow(refused('tap.unknown-version'))
  })

  test('reserved bytes of a head travel', async () => {
    const record = encodeTap(cardTap())
    record.set([1, 2, 3], 116)
    const { records } = parseBatch(await batchOf([record]))
    expect(records[0]).toEqual(record)
  })

  test('the control total counts a kind of the future, so that an older reader agrees', async () => {
    expect(golden.batch.header.amountFen).toBe(200 + 350)
    const { header } = parseBatch(await batchOf([futureKind(), futureRecord(200)]))
    expect(header.amountFen).toBe(350)
  })

  test('a poison record does not take the others with it', async () => {
    const records = Array.from({ length: 500 }, (_, i) => encodeTap(cardTap({ sequence: 1 + i })))
    records[123]!.fill(0xff, 4)
    const batch = parseBatch(await batchOf(records, 1))
    const readable = batch.records.filter((record) => {
      try {
        return parseTap(record)
      } catch (error) {
        expect((error as UnifareError).code).toBe('tap.bad-length')
        return false
      }
    })
    expect([batch.records.length, readable.length]).toEqual([500, 499])
  })

  test('one that does not state its own length cannot be sealed', async () => {
    const record = encodeTap(cardTap())
    record[3]! += 1
    await expect(batchOf([record])).rejects.toThrow(refused('batch.malformed'))
    await expect(batchOf([Uint8Array.of(1, 1, 0)])).rejects.toThrow(refused('batch.malformed'))
  })

  test('batches follow each other on one chain', async () => {
    const one = parseBatch(await batchOf([encodeTap(cardTap())], 7))
    const two = parseBatch(await batchOf([encodeTap(codeTap())], 8, fromHex(one.header.chain)))
    expect([one.header.end, two.header.first]).toEqual([8, 8])
    expect(two.header.previous).toBe(one.header.chain)
  })
})

describe('sizes', () => {
  const small = encodeTap(refusedTap())

  test('1,000 records are taken, 1,001 are refused, written and read', async () => {
    const most = Array.from({ length: 1_000 }, () => small)
    expect(parseBatch(await batchOf(most)).records.length).toBe(1_000)
    await expect(batchOf([...most, small])).rejects.toThrow(refused('batch.too-large'))
    const forged = await lying({ count: 1_001, end: 1_008 }, [...most, small])
    expect(() => parseBatch(forged)).toThrow(refused('batch.too-large'))
  })

  test('768 KiB with the signature are taken and readable; one byte more is refused', async () => {
    const big = futureRecord(65_535)
    const filled = (last: number) => [...Array.from({ length: 11 }, () => big), futureRecord(last)]
    const spare = BATCH_BYTES_MAX - (await batchOf(filled(1_000))).length
    const most = await batchOf(filled(1_000 + spare))
    expect(most.length).toBe(BATCH_BYTES_MAX)
    expect(parseBatch(most).records.length).toBe(12)
    await expect(batchOf(filled(1_001 + spare))).rejects.toThrow(refused('batch.too-large'))
    expect(() => parseBatch(concat(most, Uint8Array.of(0)))).toThrow(refused('batch.too-large'))
  })

  test('an empty batch is a batch', async () => {
    expect(parseBatch(await batchOf([])).header).toMatchObject({ first: 7, end: 7, amountFen: 0 })
  })
})

describe('a batch that lies is refused, whoever signed it', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['count', { count: 4 }, 'batch.bad-totals'],
    ['end', { end: 13 }, 'batch.bad-totals'],
    ['amount', { amountFen: 551 }, 'batch.bad-totals'],
    ['chain', { chain: 'AB'.repeat(32) }, 'batch.bad-chain'],
    ['previous', { previous: 'AB'.repeat(32) }, 'batch.bad-chain'],
    ['a chain value that is none', { previous: 'x' }, 'batch.malformed'],
    ['a negative number', { first: -5, end: 0 }, 'batch.malformed'],
    ['no terminal', { terminal: 5 }, 'batch.malformed'],
    ['bundles that are none', { bundles: {} }, 'batch.malformed'],
    ['a bundle that is null', { bundles: [null] }, 'batch.malformed'],
    [
      'a bundle without version',
      { bundles: [{ kind: 'deny', publisher: CENTRE }] },
      'batch.malformed',
    ],
  ])('%s', async (_, change, code) => {
    const bytes = await lying(change, goldenRecords)
    expect(() => parseBatch(bytes)).toThrow(refused(code))
  })

  test('a header with blanks, or with one key twice, is not canonical', async () => {
    const signed = goldenBytes.subarray(0, -64)
    for (const [from, to] of [
      ['{"amountFen":550,', '{"amountFen": 55,'],
      ['"count":5', '"amountFen":5'],
    ] as const) {
      const text = toHex(signed).replace(toHex(asciiOf(from)), toHex(asciiOf(to)))
      const bytes = await seal(fromHex(text), key.sign)
      expect(() => parseBatch(bytes)).toThrow(refused('batch.malformed'))
    }
  })
})

describe('a bit that flips anywhere', () => {
  /** The code that a reader with the terminal's key refuses bytes with. */
  function codeOf(bytes: Uint8Array): string | undefined {
    try {
      const batch = parseBatch(bytes)
      return signedBy(batch, key.publicKey, pureEngine) ? undefined : 'batch.bad-signature'
    } catch (error) {
      expect(error).toBeInstanceOf(UnifareError)
      return (error as UnifareError).code
    }
  }

  test('is refused with a code of the batch, byte after byte', () => {
    expect(codeOf(goldenBytes)).toBeUndefined()
    const codes = new Set<string | undefined>()
    for (let at = 0; at < goldenBytes.length; at++) {
      const bytes = goldenBytes.slice()
      bytes[at]! ^= 1 << (at & 7)
      codes.add(codeOf(bytes))
    }
    const names = ['malformed', 'bad-totals', 'bad-chain', 'bad-signature']
    expect(codes).toEqual(new Set(names.map((name) => `batch.${name}`)))
  })

  test('random bytes are refused with a code of the batch, never otherwise', () => {
    const prefixed = fc
      .uint8Array({ maxLength: 400 })
      .map((rest) => concat(goldenBytes.subarray(0, 300), rest))
    const any = fc.oneof(fc.uint8Array({ maxLength: 400 }), prefixed)
    fc.assert(
      fc.property(any, (bytes) => {
        expect(codeOf(bytes)).toMatch(/^batch\./)
      }),
    )
  })
})

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

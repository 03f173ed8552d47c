import { fromHex, toHex } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildDes, embedded } from '../wasm/build.ts'
import { GIVEN, gateValue } from '../wasm/circuit.ts'
import { DES_BYTES } from '../wasm/des-bytes.ts'
import { CIRCUITS } from '../wasm/sbox-circuits.ts'
import { desBlocks, desSchedule, reverseSchedule } from './des.ts'
import { desSessionColumn, desTacColumn } from './des-key-columns.ts'
import { laneSessionColumn, laneTacColumn } from './des-lane-columns.ts'
import { type DesLanes, LANES, openDesLanes } from './des-lanes.ts'
import { S_BOXES } from './des-tables.ts'
import { testedLanes } from './ready-lanes.ts'

const lanes = openDesLanes()
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

/** Lanes as bytes, in and out. */
function put(data: Uint8Array): void {
  lanes.blocks.fill(0)
  new Uint8Array(lanes.blocks.buffer, lanes.blocks.byteOffset).set(data)
  lanes.transpose()
}
function got(count: number): Uint8Array {
  lanes.spill()
  lanes.transpose()
  return new Uint8Array(lanes.blocks.buffer, lanes.blocks.byteOffset).slice(0, count * 8)
}
function encrypted(keys: Uint8Array, blocks: Uint8Array): Uint8Array {
  put(keys)
  lanes.wire(0)
  put(blocks)
  lanes.clear()
  lanes.absorb()
  lanes.encrypt(0)
  return got(blocks.length / 8)
}

/** Each block under its own key, by the tables. */
function byTables(keys: Uint8Array, blocks: Uint8Array, isReverse = false): Uint8Array {
  const out = new Uint8Array(blocks.length)
  for (let at = 0; at < blocks.length; at += 8) {
    const schedule = desSchedule(keys.slice(at, at + 8))
    const block = blocks.subarray(at, at + 8)
    desBlocks(isReverse ? reverseSchedule(schedule) : schedule, block, out.subarray(at, at + 8))
  }
  return out
}

describe('DES of 128 lanes', () => {
  test.each([
    ['133457799BBCDFF1', '0123456789ABCDEF', '85E813540F0AB405'],
    // SP 800-17: variable plaintext, permutation operation, variable key, substitution table.
    ['0101010101010101', '95F8A5E5DD31D900', '8000000000000000'],
    ['0101010101010101', 'DD7F121CA5015619', '4000000000000000'],
    ['8001010101010101', '0000000000000000', '95A8D72813DAA94D'],
    ['4001010101010101', '0000000000000000', '0EEC1487DD8C26D5'],
    ['1046913489980131', '0000000000000000', '88D55E54F54C97B4'],
    ['7CA110454A1A6E57', '01A1D6D039776742', '690F5B0D9A26939B'],
    ['0131D9619DC1376E', '5CD54CA83DEF57DA', '7A389D10354BD271'],
  ])('under %s: %s gives %s', (key, block, result) => {
    expect(toHex(encrypted(fromHex(key), fromHex(block))).toUpperCase()).toBe(result)
  })

  test('each under its own key, and back', () => {
    fc.assert(
      fc.property(bytes(LANES * 8), bytes(LANES * 8), (keys, blocks) => {
        expect(encrypted(keys, blocks)).toEqual(byTables(keys, blocks))
        lanes.decrypt(0)
        expect(got(LANES)).toEqual(blocks)
      }),
      { numRuns: 20 },
    )
  })

  test.each(S_BOXES.map((digits, box) => ({ digits, box })))(
    'circuit $box is its S-box',
    ({ digits, box }) => {
      const { gates, outputs } = CIRCUITS[box] ?? { gates: [], outputs: [] }
      const nibbles = Array.from({ length: 64 }, (_, six) => {
        const values = [5, 4, 3, 2, 1, 0].map((bit) => -((six >>> bit) & 1))
        values.push(-1)
        expect(values).toHaveLength(GIVEN)
        for (const [kind, a, b] of gates) {
          values.push(gateValue(kind, values[a] ?? Number.NaN, values[b] ?? Number.NaN))
        }
        return outputs.reduce((nibble, value) => nibble * 2 + ((values[value] ?? 0) & 1), 0)
      })
      const expected = nibbles.map((_, six) =>
        Number.parseInt(
          digits.charAt((((six >>> 4) & 2) | (six & 1)) * 16 + ((six >>> 1) & 15)),
          16,
        ),
      )
      expect(nibbles).toEqual(expected)
    },
  )

  test('come from the sources that stand beside them', async () => {
    expect(embedded(await buildDes()) === embedded(fromBase64(DES_BYTES))).toBe(true)
  })
})

describe('columns of 128 lanes', () => {
  test.each([1, 2, 127, 128, 129, 257])('%i cards and rows of three issuers', (count) => {
    const random = fc.sample(bytes(count * 38 + 48), 1)[0] ?? new Uint8Array(0)
    const keys = [0, 16, 32].map((at) => random.slice(at, at + 16))
    const part = (at: number, length: number) =>
      random.subarray(48 + at * count, 48 + (at + length) * count)
    const issuers = Uint32Array.from({ length: count }, (_, i) => i % 3)
    const slots = Uint32Array.from({ length: count }, (_, i) => count - 1 - (i >> 1))
    const both = [
      { tac: desTacColumn, session: desSessionColumn },
      { tac: laneTacColumn.bind(null, lanes), session: laneSessionColumn.bind(null, lanes) },
    ].map((form) => {
      const [tac, session] = [form.tac(count), form.session(count)]
      for (const column of [tac, session]) {
        expect(keys.map((key) => column.addIssuer(key))).toEqual([0, 1, 2])
        column.derive(part(0, 8), count, issuers)
      }
      const out = [new Uint32Array(count), new Uint32Array(count)] as const
      tac.macs({ count, slots, messages: part(8, 22), messageBytes: 22, out: out[0] })
      const seeds = part(30, 8)
      session.macs({ count, slots, seeds, messages: part(8, 4), messageBytes: 4, out: out[1] })
      return out
    })
    expect(both[1]).toEqual(both[0])
    expect(new Set(both[0]?.flatMap((out) => [...out])).size).toBe(count * 2)
  })

  test('refuse what no slot, issuer or message of theirs is', () => {
    for (const create of [desTacColumn, laneTacColumn.bind(null, lanes)]) {
      const column = create(2)
      expect(() => column.derive(new Uint8Array(8), 1)).toThrow(TypeError)
      column.addIssuer(new Uint8Array(16))
      expect(() => column.derive(new Uint8Array(24), 3)).toThrow(TypeError)
      expect(() => column.derive(new Uint8Array(16), 2, Uint32Array.of(0, 1))).toThrow(TypeError)
      expect(() => column.addIssuer(new Uint8Array(15))).toThrow(TypeError)
    }
  })

  test('leave no key in the memory when they are wiped', () => {
    const own = openDesLanes()
    const column = laneSessionColumn(own, 3)
    column.addIssuer(new Uint8Array(16).fill(0x5a))
    column.derive(
      Uint8Array.from({ length: 24 }, (_, i) => i * 37),
      3,
    )
    const rows = { count: 3, slots: Uint32Array.of(0, 1, 2), messages: new Uint8Array(12) }
    const seeds = new Uint8Array(24)
    const memory = new Uint8Array(own.blocks.buffer, 0, own.messages.byteOffset)
    const used = () => memory.reduce((count, byte) => count + Number(byte !== 0), 0)
    column.macs({ ...rows, seeds, messageBytes: 4, out: new Uint32Array(3) })
    expect(used()).toBeGreaterThan(1_000)
    column.wipe()
    // What remains is the shifts of the standard, one byte a round.
    expect(used()).toBe(16)
  })
})

describe('lanes are used once they are tested', () => {
  test('and pass', () => {
    expect(testedLanes(openDesLanes)).toBeDefined()
  })

  const faults: readonly (readonly [string, (own: DesLanes) => Partial<DesLanes>])[] = [
    ['encrypts nothing', () => ({ encrypt: () => undefined })],
    ['decrypts forwards', ({ encrypt }) => ({ decrypt: encrypt })],
    ['knows one key only', ({ wire }) => ({ wire: () => wire(0) })],
    [
      'forgets padding',
      ({ take }) => ({ take: (at, length, stride) => take(at, length + 8, stride) }),
    ],
  ]
  test.each(faults)('and refused when one %s', (_, fault) => {
    const own = openDesLanes()
    expect(testedLanes(() => ({ ...own, ...fault(own) }))).toBeUndefined()
  })

  test('and tables do where there are no vectors', () => {
    const open = (): DesLanes => {
      throw new WebAssembly.CompileError('no v128')
    }
    expect(testedLanes(open)).toBeUndefined()
  })
})

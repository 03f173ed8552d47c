import { canonicalJson, type Json, toHex, utf8 } from '@unifare/core'
import { ed25519KeyPair } from '@unifare/crypto'
import { nodeEngine } from '@unifare/crypto/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainedRoot, leafHash, merkleRoot } from '../merkle.ts'
import {
  formatProof,
  type InclusionProof,
  type ProvedDay,
  parseProof,
  proveLines,
  verifyProof,
} from './proof.ts'
import { parseSubject, subjectName } from './proof-subject.ts'
import type { Subject } from './subject.ts'

const DAY = '2026-11-20'
const pair = ed25519KeyPair((length) => new Uint8Array(length).fill(7))
const other = ed25519KeyPair((length) => new Uint8Array(length).fill(8))
const engine = nodeEngine()
const trust = { publicKey: pair.publicKey, engine }

const chargeLine = (number: number) => ({
  charge: `30000001-${number}`,
  verdict: number % 5 === 0 ? 'tap.missing' : 'normal',
  operator: '30000001',
  issuer: '20000001',
  amountFen: 200 + number,
  tapDay: DAY,
  taps: [`400000000001-${number}`],
  feeMicro: '0',
  issuerMicro: '0',
  acquirerMicro: '0',
})

function dayOf(rows: readonly object[]): ProvedDay {
  const lines = rows.map((row) => utf8(canonicalJson(row as Json)))
  const previousRoot = 'AB'.repeat(32)
  const linesRoot = merkleRoot(lines.map(leafHash))
  const root = chainedRoot(new Uint8Array(32).fill(0xab), DAY, linesRoot)
  const signature = toHex(engine.ed25519Sign(pair.privateKey, root))
  return { day: DAY, previousRoot, root: toHex(root), signature, form: 'json-line', lines }
}

const ROWS = [
  ...Array.from({ length: 12 }, (_, index) => chargeLine(index + 1)),
  {
    order: {
      issuer: '20000001',
      order: 'load-0001',
      kind: 'load',
      agent: '30000001',
      amountFen: 5,
    },
  },
  { position: { id: '20000001', receivableFen: 5, payableFen: 900, netFen: -895 } },
  { card: '20000001/3120000001000000017', counter: 9, balanceFen: 12 },
]

function proofOf(name: string, day = dayOf(ROWS)): InclusionProof {
  const proof = proveLines(day)(parseSubject(name))
  if (proof === undefined) throw new Error(`${name} is not there`)
  return proof
}

const NAMES = ['30000001-7', '400000000001-7', 'order/20000001/load-0001', 'position/20000001']

describe('a proof', () => {
  it.each(NAMES)('of %s needs the key of the centre and nothing else', (name) => {
    const proof = parseProof(formatProof(proofOf(name)))
    expect(verifyProof(proof, trust)).toMatchObject({ ok: true, subject: parseSubject(name) })
  })

  it('says in both languages what it proves, and that it proves no absence', () => {
    const { text } = proofOf('30000001-7')
    expect(text.en).toBe(
      'Charge 30000001-7 of operator 30000001 to issuer 20000001 over 2.07 CNY, ridden on 2026-11-20: settled (normal). This stands in the settled day 2026-11-20, under the root that the centre signed. It proves presence alone: it does not say that nothing else stands there, nor that anything is absent.',
    )
    expect(text.zh).toContain('2.07 元')
    expect(text.zh).toContain('也不证明任何项不存在')
    expect(proofOf('30000001-5').text.zh).toContain('收费所依据的记录未上传')
  })

  it('is of a refused charge too, and there is none of what is not there', () => {
    expect(verifyProof(proofOf('30000001-5'), trust)).toMatchObject({
      ok: true,
      row: { verdict: 'tap.missing' },
    })
    const prove = proveLines(dayOf(ROWS))
    for (const name of ['30000001-13', '400000000001-70', 'order/20000001/load-0002']) {
      expect(prove(parseSubject(name))).toBeUndefined()
    }
  })

  it('is never made from lines that are not those of the root', () => {
    const day = dayOf(ROWS)
    for (const lines of [day.lines.slice(1), [...day.lines, utf8('{}')], []]) {
      expect(() => proveLines({ ...day, lines })).toThrow(
        expect.objectContaining({ code: 'proof.wrong-root' }),
      )
    }
  })

  it('fails under another key', () => {
    expect(verifyProof(proofOf('30000001-7'), { ...trust, publicKey: other.publicKey })).toEqual({
      ok: false,
      code: 'proof.wrong-signature',
    })
  })

  it('fails when any bit of its file is flipped', () => {
    const file = utf8(formatProof(proofOf('30000001-7')))
    for (let bit = 0; bit < file.length * 8; bit++) {
      const changed = file.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, standsStill(new TextDecoder().decode(changed))]).toEqual([bit, false])
    }
  })

  it('fails when another line, another root or another step is put in', () => {
    const proof = proofOf('30000001-7')
    const foreign = proofOf('30000001-8')
    const { line, path, previousRoot, signature, root } = foreign
    const elsewhere = dayOf(ROWS.slice(1))
    for (const change of [
      { line },
      { path },
      { line, path },
      { path: proof.path.slice(1) },
      { previousRoot: previousRoot.replace('AB', 'AC') },
      { root: elsewhere.root },
      { root: elsewhere.root, signature: elsewhere.signature },
      { subject: '30000001-8' },
      { text: { ...proof.text, zh: '已结算一百万元' } },
    ]) {
      expect(verifyProof({ ...proof, ...change }, trust)).toMatchObject({ ok: false })
    }
    expect([signature, root]).toEqual([proof.signature, proof.root])
  })
})

/** Whether a file still passes; a file that is no proof at all does not. */
function standsStill(text: string): boolean {
  try {
    return verifyProof(parseProof(text), trust).ok
  } catch (error) {
    expect(error).toMatchObject({ code: 'proof.malformed' })
    return false
  }
}

describe('days of all sizes', () => {
  it('from nothing on: every line is proved, a line of another day is not', () => {
    for (let size = 0; size <= 33; size++) {
      const rows = Array.from({ length: size }, (_, index) => chargeLine(index + 1))
      const prove = proveLines(dayOf(rows))
      for (let number = 1; number <= size + 1; number++) {
        const proof = prove({ kind: 'charge', charge: `30000001-${number}` })
        expect(proof && verifyProof(proof, trust).ok).toBe(number <= size ? true : undefined)
      }
    }
  })

  it('a path proves its own line alone', () => {
    const line = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), line, line, (size, a, b) => {
        fc.pre(a <= size && b <= size && a !== b)
        const day = dayOf(Array.from({ length: size }, (_, index) => chargeLine(index + 1)))
        const [one, two] = [proofOf(`30000001-${a}`, day), proofOf(`30000001-${b}`, day)]
        expect(verifyProof({ ...one, line: two.line, subject: two.subject }, trust).ok).toBe(false)
      }),
      { numRuns: 30 },
    )
  })
})

describe('names', () => {
  it.each(NAMES)('%s is read as it is written', (name) => {
    expect(subjectName(parseSubject(name))).toBe(name)
  })

  it.each(['', 'x', '1-1', '30000001-', 'order/1/2', '30000001-7 '])('"%s" is none', (name) => {
    expect(() => parseSubject(name)).toThrow(expect.objectContaining({ code: 'proof.bad-name' }))
  })

  it('finds rows by what the line itself says', () => {
    const subject: Subject = { kind: 'tap', delivery: '400000000001-3' }
    expect(proveLines(dayOf(ROWS))(subject)?.subject).toBe('400000000001-3')
  })
})

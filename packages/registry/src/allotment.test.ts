import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allot, allotments, checkAllotments } from './allotment.ts'
import { numberPrefixes } from './card-number.ts'
import { registrar } from './codes.ts'
import { institutions } from './institutions.ts'

const request = fc.record({
  issuer: fc.stringMatching(/^0\d{7}$/),
  blocks: fc.integer({ min: 1, max: 100 }),
})

describe('the registrar', () => {
  it('allots applications under its RID (reference card 1)', () => {
    const { rid, applications } = registrar()
    expect(rid).toBe('A000000632')
    expect(applications.map(({ kind, aid }) => [kind, aid])).toEqual([
      ['EP', 'A000000632010105'],
      ['EC', 'A000000632010106'],
      ['PSAM', 'A0000006324D4F542E435053414D3031'],
      ['PSAM', 'A0000006324D4F542E435053414D3032'],
    ])
    for (const { aid, kind, label } of applications) {
      expect(aid.startsWith(rid)).toBe(true)
      if (kind === 'PSAM')
        expect(Buffer.from(aid.slice(rid.length), 'hex').toString('ascii')).toBe(label)
    }
  })

  it('has given every simulated issuer one block', () => {
    const issuers = institutions().filter((one) => one.role === 'issuer')
    expect(allotments().map((one) => one.issuer)).toEqual(issuers.map((one) => one.id))
    expect(() => checkAllotments(allotments())).not.toThrow()
  })
})

describe('allotting', () => {
  it('gives the next free block', () => {
    expect(allot({ issuer: '02205880' }).added).toEqual([
      { iin: '31900011', issuer: '02205880', source: 'ours' },
    ])
  })

  it('never overlaps, keeps what was given, and stays inside the range', () => {
    const { first, last } = registrar().ours
    fc.assert(
      fc.property(fc.array(request, { maxLength: 8 }), (requests) => {
        let book = allotments()
        for (const one of requests) {
          const result = allot(one, book)
          expect(result.added).toHaveLength(one.blocks)
          expect(result.allotments.slice(0, book.length)).toEqual(book)
          book = result.allotments
        }
        expect(new Set(book.map(({ iin }) => iin)).size).toBe(book.length)
        for (const { iin } of book) expect(iin >= first && iin <= last).toBe(true)
        const known = new Set(numberPrefixes([]).map(({ prefix }) => prefix))
        for (const { iin } of book.slice(allotments().length)) expect(known.has(iin)).toBe(false)
      }),
    )
  })

  it('fills gaps but never gives a block again', () => {
    const book = [
      { iin: '31900001', issuer: '01011000', source: 'ours' },
      { iin: '31900003', issuer: '02205810', source: 'ours' },
    ]
    const { added } = allot({ issuer: '02205880', blocks: 2 }, book)
    expect(added.map(({ iin }) => iin)).toEqual(['31900002', '31900004'])
  })

  it.each([
    { issuer: '2205880' },
    { issuer: 'abcdefgh' },
    { issuer: '02205880', blocks: 0 },
    { issuer: '02205880', blocks: 101 },
    { issuer: '02205880', blocks: 1.5 },
  ])('refuses %o', (bad) => {
    expect(() => allot(bad)).toThrow(expect.objectContaining({ code: 'registry.bad-allotment' }))
  })

  it('refuses a book that overlaps or leaves the range, naming the issuers', () => {
    const twice = [...allotments(), { iin: '31900001', issuer: '02205880', source: 'ours' }]
    expect(() => allot({ issuer: '02205880' }, twice)).toThrow(
      expect.objectContaining({
        code: 'registry.overlap',
        message: 'block 31900001 is allotted to 01011000 and to 02205880',
      }),
    )
    const outside = [{ iin: '32000001', issuer: '02205880', source: 'ours' }]
    expect(() => checkAllotments(outside)).toThrow('outside the scheme')
  })

  it('says when the range is exhausted', () => {
    const { first, last } = registrar().ours
    const full = Array.from({ length: Number(last) - Number(first) }, (_, index) => ({
      iin: String(Number(first) + index),
      issuer: '02205880',
      source: 'ours',
    }))
    expect(allot({ issuer: '02205880' }, full).added[0]?.iin).toBe(last)
    expect(() => allot({ issuer: '02205880', blocks: 2 }, full)).toThrow('only 1 blocks are free')
  })
})

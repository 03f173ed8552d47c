import { parseDay } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import codesFile from '../data/codes.json' with { type: 'json' }
import factsFile from '../data/facts.json' with { type: 'json' }
import lingnanFile from '../data/lingnan-pass.json' with { type: 'json' }
import simulatedFile from '../data/simulated.json' with { type: 'json' }
import { cityCodeOf, cityCodes, institutionCodes, parseCodes } from './codes.ts'
import { facts, lingnanPass, parseFacts, parseLingnanPass } from './facts.ts'
import { institution, institutions, parseSimulated } from './institutions.ts'
import { simulatedMembership } from './membership.ts'
import { simulatedPlatforms } from './platforms.ts'
import { tiles } from './tiles.ts'
import { simulatedWallets } from './wallets.ts'
import { where } from './where.ts'

describe('institutions', () => {
  it('are a centre, ten issuers and nineteen operators, all simulated', () => {
    const roles = institutions().map((one) => one.role)
    expect(roles.filter((role) => role === 'centre')).toHaveLength(1)
    expect(roles.filter((role) => role === 'issuer')).toHaveLength(10)
    expect(roles.filter((role) => role === 'operator')).toHaveLength(19)
    expect(institutions().every((one) => one.simulated)).toBe(true)
    expect(new Set(institutions().map((one) => one.id)).size).toBe(30)
  })

  it('carry their city’s clearing code in digits 5 to 8 or 5 to 7 (reference card 2.1)', () => {
    for (const { id, role, city } of institutions())
      if (role === 'issuer') expect(id.slice(4)).toBe(city)
      else if (role === 'operator') expect(id.slice(4, 7)).toBe(city.slice(0, 3))
  })

  it('issue with an IIN and a code platform of their own, and operators with neither', () => {
    const issuers = institutions().filter((one) => one.role === 'issuer')
    expect(new Set(issuers.map((one) => one.iin)).size).toBe(10)
    expect(new Set(issuers.map((one) => one.platform)).size).toBe(10)
    for (const one of institutions()) {
      const issuing = one.role === 'issuer'
      expect([one.iin, one.platform].every((id) => (id !== undefined) === issuing)).toBe(true)
    }
  })

  it('use codes of the observed table or are marked as ours', () => {
    const observed = new Set(institutionCodes().map((one) => one.id))
    for (const { id, idSource } of institutions())
      expect(observed.has(id)).toBe(idSource !== 'ours')
    expect(institution('99999999')).toBeUndefined()
  })

  it('are refused when malformed, with the place', () => {
    const file = structuredClone(simulatedFile) as { institutions: Record<string, unknown>[] }
    file.institutions[2] = { ...file.institutions[2], iin: '41900001' }
    expect(() => parseSimulated(file)).toThrow('simulated.institutions[2].iin: an IIN')
    expect(() => parseSimulated({ ...simulatedFile, simulated: false })).toThrow(
      'simulated.simulated',
    )
  })
})

describe('the simulated membership', () => {
  it('writes every rule out, the exception last', () => {
    const { acceptance, simulated } = simulatedMembership()
    expect(simulated).toBe(true)
    expect(acceptance).toHaveLength(19 * 10 * 2 + 1)
    expect(acceptance.at(-1)).toEqual({
      operator: '12205881',
      mode: 'bus',
      medium: 'card',
      issuer: '03303310',
      status: 'converting',
      from: parseDay('2026-01-01') - 8 * 3_600_000,
      fromDay: '2026-01-01',
    })
  })
})

describe('city codes', () => {
  it('are those of the reference, each with its source', () => {
    expect(cityCodeOf('110000')).toBe('1000')
    expect(cityCodeOf('440300')).toBe('5840')
    expect(cityCodeOf('131100')).toBeNull()
    expect(cityCodes().every((one) => one.source !== '')).toBe(true)
    expect(new Set(cityCodes().map((one) => one.code)).size).toBe(cityCodes().length)
  })

  it('that we allotted ourselves, or that are private, never stand in a row of the documents', () => {
    expect(cityCodes().find((one) => one.code === '5210')?.standard).toBe('ours')
    expect(cityCodeOf('420100')).toBeNull()
    expect(cityCodeOf('440400')).toBeNull()
  })

  it('are refused when malformed, with the place', () => {
    const cities = [{ ...codesFile.cities[0], code: '100' }]
    expect(() => parseCodes({ ...codesFile, cities })).toThrow('codes.cities[0].code')
  })
})

describe('facts of the running text', () => {
  const count = (id: string) => facts().counts.find((one) => one.id === id)

  it('are dated and keep the source’s words', () => {
    expect(count('cities-2019-06')).toMatchObject({ date: '2019-06', value: 245, sourceLine: 4 })
    expect(count('cities-2019-12')).toMatchObject({ value: 260, status: 'expected' })
    expect(count('beijing-bus-cities')).toMatchObject({ value: 50, date: null })
    expect(count('ride-code-daily')?.value).toBeNull()
  })

  it('name the virtual cards', () => {
    const named = facts().products.map((one) => `${one.name}/${one.basedOn}`)
    expect(named).toContain('腾讯乘车卡/长安通')
    expect(named).toContain('小米公交/桂民卡')
  })

  it('do not name the 19 cities of Lingnan Pass', () => {
    expect(lingnanPass()).toMatchObject({ cityCount: 19, cities: null })
  })

  it('are refused when malformed, with the place', () => {
    const counts = [{ ...factsFile.counts[0], date: 'June 2019' }]
    expect(() => parseFacts({ ...factsFile, counts })).toThrow('facts.counts[0].date: a date')
    expect(() => parseLingnanPass({ ...lingnanFile, cityCount: '19' })).toThrow(
      'lingnan-pass.cityCount',
    )
  })
})

describe('the tile map', () => {
  it('gives each of the 34 province-level units a tile of its own', () => {
    expect(tiles()).toHaveLength(34)
    expect(new Set(tiles().map(({ col, row }) => `${col},${row}`)).size).toBe(34)
    expect(new Set(tiles().map(({ abbr }) => abbr)).size).toBe(34)
    const divisions = new Set(tiles().map(({ division }) => division.slice(0, 2)))
    for (const one of institutions()) expect(divisions.has(one.division.slice(0, 2))).toBe(true)
  })
})

describe('wallets that carry a card', () => {
  it('are told by the documents with the date from which they do', () => {
    const carried = facts().products.filter(({ kind }) => kind === 'virtual-card')
    const told = carried.map(({ name, basedOn, from }) => `${name} ${basedOn} ${from}`)
    expect(told).toContain('福路通 福路通 2017-01-13')
    expect(told).toContain('小米公交 吉林通 2017-09')
    expect(told).toContain('华为钱包 桂民卡 2017-10')
    expect(told).toContain('腾讯乘车卡 长安通 2019-01')
    expect(carried.every(({ words, sourceLine }) => words !== '' && sourceLine > 0)).toBe(true)
  })

  it('are ours from a day on for issuers of the demonstration, and say so', () => {
    const all = simulatedWallets()
    expect(all.every((one) => one.simulated && institution(one.issuer)?.role === 'issuer')).toBe(
      true,
    )
    expect(new Set(all.map(({ aidSuffix }) => aidSuffix)).size).toBe(all.length)
    expect(simulatedWallets({ issuer: '03013010', at: '2026-06-30' })).toEqual([])
    expect(simulatedWallets({ issuer: '03013010', at: '2026-07-01' })).toHaveLength(1)
    const { simulated } = where('01011000') as Extract<ReturnType<typeof where>, { ok: true }>
    expect(simulated.lines[0]?.zh).toBe(
      '［模拟］Unifare 钱包（模拟）：自2026-01-01起可开通北京市手机卡',
    )
  })
})

describe('platforms with codes of their own', () => {
  it('are members from a day on, are no issuer of cards, and say that they are ours', () => {
    const [first, ...others] = simulatedPlatforms({ at: '2026-11-21' })
    expect([first?.simulated, others]).toEqual([true, []])
    expect(first?.nameZh).toContain('模拟')
    expect(institution(first?.id ?? '')).toBeUndefined()
    expect(first?.operators.map((id) => institution(id)?.role)).toEqual(['operator', 'operator'])
    expect(simulatedPlatforms({ at: '2025-12-31' })).toEqual([])
  })
})

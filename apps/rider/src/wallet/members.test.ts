import { describe, expect, it } from 'vitest'
import { clockOffset, type Members, placeName, stationsOf } from './members.ts'

const place = { mode: 'metro', role: 'gate', gate: true } as const
const members: Members = {
  issuers: [],
  operators: [
    {
      id: '15215211',
      nameZh: '武汉地铁（模拟）',
      nameEn: 'Wuhan metro (simulated)',
      division: '420100',
      key: '',
      modes: ['metro'],
      terminals: [
        {
          ...place,
          terminal: '413100000001',
          line: 1,
          station: 7,
          stationZh: '江滩',
          stationEn: 'Riverside',
        },
      ],
    },
  ],
}

describe('names of places', () => {
  it('come from the terminal, else from line and station: a gate of a page has a new number', () => {
    const name = { zh: '江滩', en: 'Riverside' }
    const end = { terminal: '413100000001', line: 9, station: 9 }
    expect(placeName(members, '15215211', end)).toEqual(name)
    expect(
      placeName(members, '15215211', { terminal: '413190000001', line: 1, station: 7 }),
    ).toEqual(name)
  })

  it('are empty where nobody told them', () => {
    const end = { terminal: '413100000001', line: 1, station: 7 }
    expect(placeName(members, '99999999', end)).toEqual({ zh: '', en: '' })
    expect(placeName(members, '15215211', { ...end, terminal: '1', station: 8 })).toEqual({
      zh: '',
      en: '',
    })
  })
})

describe('stations to choose from', () => {
  const [operator] = members.operators
  const [gate] = operator?.terminals ?? []
  if (operator === undefined || gate === undefined) throw new Error('no gate')
  const terminals = [
    { ...gate, terminal: '2', line: 2, station: 3, stationZh: '洪山', stationEn: 'Hongshan' },
    { ...gate, terminal: '3' },
    { ...gate, terminal: '4', station: 2, stationZh: '汉口', stationEn: 'Hankou' },
    { ...gate, terminal: '5', mode: 'bus' as const, station: 4 },
    { ...gate, terminal: '6', station: 5, stationZh: '', stationEn: '' },
    gate,
  ]
  const network = { ...members, operators: [{ ...operator, terminals }] }

  it('are those of the mode that have a name, once a line, in its order, in both languages', () => {
    expect(stationsOf(network, '15215211', 'metro')).toEqual([
      { line: 1, station: 2, zh: '汉口', en: 'Hankou' },
      { line: 1, station: 7, zh: '江滩', en: 'Riverside' },
      { line: 2, station: 3, zh: '洪山', en: 'Hongshan' },
    ])
    expect(stationsOf(network, '99999999', 'metro')).toEqual([])
  })
})

describe('the clock of the network', () => {
  it('is read in the middle of the way to it and back', () => {
    expect(clockOffset(1_000_500, 1_000_000, 1_000_400)).toBe(300)
    expect(clockOffset(999_000, 1_000_000, 1_000_401)).toBe(-1200)
  })
})

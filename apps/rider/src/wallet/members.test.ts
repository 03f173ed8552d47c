import { describe, expect, it } from 'vitest'
import { clockOffset, type Members, placeName } from './members.ts'

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

describe('the clock of the network', () => {
  it('is read in the middle of the way to it and back', () => {
    expect(clockOffset(1_000_500, 1_000_000, 1_000_400)).toBe(300)
    expect(clockOffset(999_000, 1_000_000, 1_000_401)).toBe(-1200)
  })
})

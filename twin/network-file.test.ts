import { UnifareError } from '@unifare/core'
import { describe, expect, it } from 'vitest'
import {
  addressOf,
  addressOfTerminals,
  centreOf,
  centresOf,
  parseNetworkFile,
  planOfFile,
} from './src/index.ts'

const GOOD = {
  seed: 'any',
  day: '2026-11-20',
  riders: 40,
  operators: ['15215212'],
  issuers: ['05215210'],
  dataDir: 'data',
  addresses: {
    '05215210': 'http://127.0.0.1:4201',
    terminals: 'http://127.0.0.1:4202',
    'terminals/15215211': 'http://127.0.0.1:4203',
  },
  controlToken: 'sixteen letters!',
}

describe('a network file', () => {
  it('narrows the membership and names where everybody listens', () => {
    const file = parse(GOOD)
    const plan = planOfFile(file)
    expect(plan.operators.map(({ institution }) => institution.id)).toEqual(GOOD.operators)
    expect(plan.issuers.map(({ id }) => id)).toEqual(GOOD.issuers)
    expect(addressOf(file, '05215210')).toBe('http://127.0.0.1:4201')
    expect(addressOfTerminals(file, '15215212')).toBe('http://127.0.0.1:4202')
    expect(addressOfTerminals(file, '15215211')).toBe('http://127.0.0.1:4203')
  })

  it('names members that get result files', () => {
    const resultFiles = ['15215212', '05215210']
    expect(parse({ ...GOOD, resultFiles })).toMatchObject({ resultFiles })
  })

  it('says how centres close their days', () => {
    expect(parse({ ...GOOD, clearing: 'segments' })).toMatchObject({ clearing: 'segments' })
    expect(refusal(() => parse({ ...GOOD, clearing: 'rows' }))).toContain(
      'clearing: must be one of objects, segments',
    )
  })

  it('names centres of several tiers, and the rule', () => {
    const centres = [
      { id: '00000156', tier: 'national' },
      { id: '00420000', tier: 'province', division: '42', parent: '00000156' },
    ]
    const { tiers } = parse({ ...GOOD, centres })
    expect(tiers?.centres.map(({ centre, parent }) => [centre, parent])).toEqual([
      ['00000156', ''],
      ['00420000', '00000156'],
    ])
    const plan = planOfFile(parse({ ...GOOD, centres }))
    expect(centresOf(plan)).toEqual(['00000156', '00420000'])
    expect(centreOf(plan, '15215212')).toBe('00420000')
    const orphan = [centres[0], { ...centres[1], parent: '' }]
    expect(refusal(() => parse({ ...GOOD, centres: orphan }))).toContain('its parent is 00000156')
  })

  it('may leave members and token out', () => {
    const { operators: _, issuers: __, controlToken: ___, ...rest } = GOOD
    expect(parse(rest)).not.toHaveProperty('controlToken')
    expect(parse(rest)).not.toHaveProperty('operators')
  })

  it('says which address is missing', () => {
    expect(refusal(() => addressOf(parse(GOOD), '15215212'))).toBe(
      'network-file.no-address: net.json: addresses.15215212: is missing',
    )
  })

  it.each([
    [{ seed: '' }, 'seed: must be a text'],
    [{ day: '2026-02-30' }, 'day: "2026-02-30" is not a day'],
    [{ riders: 0 }, 'riders: must be a whole number'],
    [{ riders: 1.5 }, 'riders: must be a whole number'],
    [{ operators: [] }, 'operators: must be a list'],
    [{ operators: ['15215212', '05215210'] }, 'operators[1]: "05215210" is no operator'],
    [{ resultFiles: ['1'] }, 'resultFiles[0]: "1" is no operator or issuer'],
    [{ issuers: [7] }, 'issuers[0]: 7 is no issuer'],
    [{ addresses: [] }, 'addresses: must be an object'],
    [{ addresses: { riders: 'http://10.0.0.1:80' } }, 'addresses.riders: must be http://127.0.0.1'],
    [{ addresses: { riders: 'http://127.0.0.1:0' } }, 'addresses.riders: must be http://127.0.0.1'],
    [{ controlToken: 'short' }, 'controlToken: must be a text of at least 16'],
    [{ adresses: {} }, 'adresses: unknown field'],
  ])('refuses %j with the place', (change, expected) => {
    expect(refusal(() => parse({ ...GOOD, ...change }))).toContain(
      `network-file.bad-field: net.json: ${expected}`,
    )
  })

  it('refuses what is not JSON', () => {
    expect(refusal(() => parseNetworkFile('{"seed": }', 'net.json'))).toContain(
      'network-file.not-json: net.json: ',
    )
    expect(refusal(() => parseNetworkFile('[]', 'net.json'))).toContain('(whole file)')
  })
})

function parse(value: unknown) {
  return parseNetworkFile(JSON.stringify(value), 'net.json')
}

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof UnifareError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'nothing was refused'
}

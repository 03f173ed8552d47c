import { canonicalJson } from '@unifare/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tariffs } from './catalogue.ts'
import { tariffNamed } from './fares.fixture.ts'
import { parseTariff } from './parse-tariff.ts'
import type { Fault } from './reader.ts'
import type { DistanceLadder } from './tariff.ts'

function faultsOf(json: unknown): readonly Fault[] {
  try {
    parseTariff(json)
  } catch (error) {
    expect(error).toMatchObject({ name: 'UnifareError', code: 'fares.bad-tariff' })
    return (error as { details: { faults: readonly Fault[] } }).details.faults
  }
  return []
}

const metro = tariffNamed('beijing-metro')
const [rule] = metro.rules
const ladder = rule!.base as DistanceLadder
const withLadder = (change: object) => ({
  ...metro,
  rules: [{ ...rule, base: { ...ladder, ...change } }],
})
const step = (widthM: number, untilM: number | null, addFen = 100) => ({ widthM, untilM, addFen })

describe('a good tariff', () => {
  it.each(tariffs().map(({ id }) => id))('%s comes back as it is and can be signed', (id) => {
    const tariff = tariffNamed(id)
    const again = parseTariff(JSON.parse(canonicalJson(tariff)))
    expect(again).toEqual(tariff)
  })
})

describe('a ladder', () => {
  it.each<[string, string, string, object]>([
    ['has no end', 'rules[0].base.steps[0]', 'ladder.gap', { steps: [step(6_000, 12_000)] }],
    [
      'has a hole',
      'rules[0].base.steps[0]',
      'ladder.gap',
      { steps: [step(4_000, 12_000), step(9_000, null)] },
    ],
    [
      'goes back',
      'rules[0].base.steps[1]',
      'ladder.not-monotone',
      { steps: [step(6_000, 12_000), step(1_000, 9_000), step(1, null)] },
    ],
    [
      'goes on behind its end',
      'rules[0].base.steps[0]',
      'ladder.overlap',
      { steps: [step(6_000, null), step(6_000, null)] },
    ],
    [
      'gets no dearer',
      'rules[0].base.steps[0].addFen',
      'ladder.not-monotone',
      { steps: [step(6_000, null, 0)] },
    ],
    ['gets cheaper', 'rules[0].base.steps[0].addFen', 'type', { steps: [step(6_000, null, -100)] }],
    ['has no steps', 'rules[0].base.steps', 'too-short', { steps: [] }],
    ['has a cap below its start', 'rules[0].base.capFen', 'ladder.not-monotone', { capFen: 299 }],
    [
      'has floats',
      'rules[0].base.first.amountFen',
      'type',
      { first: { uptoM: 6_000, amountFen: 3.5 } },
    ],
    [
      'has a text for a number',
      'rules[0].base.first.uptoM',
      'type',
      { first: { uptoM: '6000', amountFen: 3 } },
    ],
    [
      'has steps beyond number',
      'rules[0].base.steps[0]',
      'ladder.too-fine',
      { steps: [step(1, 900_000_000), step(1, null)] },
    ],
    ['is of an unknown kind', 'rules[0].base.kind', 'type', { kind: 'zone' }],
    ['has an unknown key', 'rules[0].base.stepz', 'unknown-key', { stepz: [] }],
  ])('that %s: %s, %s', (_, path, broken, change) => {
    expect(faultsOf(withLadder(change))).toContainEqual(
      expect.objectContaining({ path, rule: broken }),
    )
  })
})

describe('the envelope', () => {
  it.each<[string, string, object]>([
    ['format', 'type', { format: 'unifare.tariff/2' }],
    ['validFrom', 'no-such-day', { validFrom: '2026-02-30' }],
    ['validTo', 'validity.empty', { validTo: '2026-01-01' }],
    ['network', 'ladder.no-network', { network: null }],
    [
      'rules',
      'rules.gap',
      { modes: ['metro', 'bus'], rules: [{ ...rule, when: { modes: ['metro'] } }] },
    ],
    ['rules[0]', 'rules.dead', { rules: [rule, { ...rule, id: 'other' }] }],
    ['rules[1].id', 'id.duplicate', { rules: [{ ...rule, when: { lines: [1] } }, rule] }],
    ['rules[0].source', 'source.unknown', { rules: [{ ...rule, source: 9 }] }],
    ['rules[0].when.media[0]', 'type', { rules: [{ ...rule, when: { media: ['cash'] } }] }],
    ['rules[0].when.issuers', 'unknown-key', { rules: [{ ...rule, when: { issuers: 'local' } }] }],
    [
      'maximum',
      'maximum.unbounded',
      { rules: [{ ...rule, base: { ...ladder, distance: 'ride' } }] },
    ],
    ['sources[0].mark', 'type', { sources: [{ ...metro.sources[0], mark: 'sure' }] }],
    ['version', 'type', { version: 0 }],
    ['currency', 'type', { currency: 'HKD' }],
    [
      'accumulation[0].steps[1].fromFen',
      'steps.not-ascending',
      {
        accumulation: [
          {
            ...metro.accumulation[0],
            steps: [
              { fromFen: 2, payPpm: 1 },
              { fromFen: 2, payPpm: 1 },
            ],
          },
        ],
      },
    ],
    [
      'discounts[0].effect.payPpm',
      'type',
      {
        discounts: [
          {
            id: 'x',
            textZh: 'x',
            textEn: 'x',
            source: 0,
            when: {},
            effect: { kind: 'percent', payPpm: 1_000_001 },
          },
        ],
      },
    ],
  ])('%s: %s', (path, broken, change) => {
    expect(faultsOf({ ...metro, ...change })).toContainEqual(
      expect.objectContaining({ path, rule: broken }),
    )
  })

  it('meters with crossed bounds', () => {
    const taxi = tariffNamed('nanjing-taxi')
    const rules = [{ ...taxi.rules[0], base: { ...taxi.rules[0]!.base, maxFen: 1_000 } }]
    expect(faultsOf({ ...taxi, rules })).toMatchObject([
      { path: 'rules[0].base.maxFen', rule: 'meter.bounds' },
    ])
  })

  it('collects all faults and says how many', () => {
    const bad = { ...metro, version: '1', city: '11', colour: 'red' }
    expect(faultsOf(bad).map(({ path }) => path)).toEqual(['colour', 'version', 'city'])
    expect(() => parseTariff(bad)).toThrow('colour: no such field (and 2 more)')
    expect(() => parseTariff('{}')).toThrow('an object is needed')
  })
})

describe('every field', () => {
  interface Spot {
    readonly path: string
    readonly optional: boolean
    readonly without: unknown
    readonly spoilt: unknown
  }
  const MAY_BE_LEFT_OUT = new Set(
    'account instead afterS transfers passes incomplete settleDays statement'.split(' '),
  )
  /** Every place of a tariff, once without it and once with nonsense there. */
  function spots(value: unknown, path = '', parent = ''): Spot[] {
    if (typeof value !== 'object' || value === null) return []
    const isList = Array.isArray(value)
    return Object.entries(value).flatMap(([key, inner]) => {
      const at = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
      const put = (other: unknown) =>
        isList
          ? value.map((item, i) => (i === Number(key) ? other : item))
          : { ...value, [key]: other }
      const { [key]: _, ...rest } = value as Record<string, unknown>
      const own: Spot[] = isList
        ? []
        : [
            {
              path: at,
              optional: /^(when|from)$/.test(parent) || MAY_BE_LEFT_OUT.has(key),
              without: rest,
              spoilt: put({ no: 'sense' }),
            },
          ]
      return [
        ...own,
        ...spots(inner, at, key).map((spot) => ({
          ...spot,
          without: put(spot.without),
          spoilt: put(spot.spoilt),
        })),
      ]
    })
  }

  it('that is missing or nonsense is found at its place', () => {
    for (const tariff of tariffs()) {
      for (const { path, optional, without, spoilt } of spots(tariff)) {
        const paths = (json: unknown) => faultsOf(json).map((fault) => fault.path)
        if (!optional) expect(paths(without), `${tariff.id} without ${path}`).toContain(path)
        const near = paths(spoilt).some((fault) => fault.startsWith(path))
        expect(near, `${tariff.id} with nonsense in ${path}`).toBe(true)
      }
    }
  })

  it('takes no JSON value for a tariff by chance', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(faultsOf(json).length).toBeGreaterThan(0)
      }),
    )
  })
})

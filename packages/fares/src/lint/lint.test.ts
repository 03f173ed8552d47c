import { describe, expect, test } from 'vitest'
import { tariffs } from '../catalogue.ts'
import { networkFor, tariffNamed, twoStations } from '../fares.fixture.ts'
import type { IncompleteRule, Tariff, When } from '../tariff.ts'
import { flat, lint, POLICY, percent, tariff, told } from './lint.fixture.ts'
import { lintTariff } from './lint.ts'
import type { LintRule } from './rules.ts'
import { lintVersions } from './versions.ts'

describe('a good tariff', () => {
  test.each(tariffs().map((one) => [one.id, one] as const))('%s has no finding', (_, one) => {
    const network = one.network === null ? undefined : networkFor(one)
    const findings = lintTariff(one, network).filter(({ level }) => level !== 'notice')
    expect(findings).toEqual([])
  })

  test('the catalogue has no version beside another', () => {
    expect(lintVersions(tariffs())).toEqual([])
  })
})

describe('coverage over every combination of conditions', () => {
  test('a gap is told with a ride that falls into it', () => {
    const rules = [
      flat('card', 200, { media: ['card'] }),
      flat('local', 200, { media: ['code'], issuer: 'local' }),
    ]
    const [gap] = lintTariff(tariff({ rules }))
    expect(gap).toMatchObject({ rule: 'rules.gap', path: 'rules', level: 'warning' })
    expect(gap?.textEn).toContain('media code')
    expect(gap?.textEn).toContain('issuer visitor')
    expect(gap?.textZh).toContain('没有适用的基础票价')
  })

  test('two rules that only together cover a third make it dead', () => {
    const rules = [
      flat('card', 200, { media: ['card'] }),
      flat('code', 200, { media: ['code'] }),
      flat('night', 300, { time: { at: 'entry', from: '23:00', until: '05:00' } }),
    ]
    expect(lint({ rules })).toEqual([['rules.dead', 'rules[2]']])
  })

  test('of rules for a missing end the first counts, for each end by itself', () => {
    const lone = (id: string, missing: IncompleteRule['missing'], when: When = {}) => ({
      ...POLICY,
      id,
      when,
      missing,
      charge: { kind: 'lowest-fare' as const },
    })
    const exit = lone('exit', 'exit')
    expect(lint({ incomplete: [exit, lone('either', 'either')] })).toEqual([])
    expect(lint({ incomplete: [exit, lone('card', 'exit', { media: ['card'] })] })).toEqual([
      ['rules.dead', 'incomplete[1]'],
    ])
    const both = [exit, lone('no-entry', 'entry'), lone('either', 'either')]
    expect(lint({ incomplete: both })).toEqual([['rules.dead', 'incomplete[2]']])
    const ferry = lone('ferry', 'exit', { modes: ['ferry'] })
    expect(lint({ incomplete: [ferry] })).toEqual([['conditions.never', 'incomplete[0]']])
  })

  test('partial overlaps are noticed, an exception before the rule is not', () => {
    const night = flat('night', 300, { time: { at: 'entry', from: '23:00', until: '05:00' } })
    expect(lint({ rules: [night, flat('flat', 200)] })).toEqual([])
    const codes = flat('code', 100, { media: ['code'] })
    expect(lint({ rules: [night, codes, flat('flat', 200)] })).toEqual([
      ['rules.overlap', 'rules[1]'],
    ])
  })

  test.each([
    ['a mode that the tariff does not price', { modes: ['ferry'] }],
    ['a visitor with a local division', { issuer: 'visitor', issuerDivisions: ['110000'] }],
    ['a station where one tap is the whole ride', { journey: 'single', entryStations: [3] }],
    ['holidays, of which there are none', { days: ['holiday'] }],
  ] as [string, When][])('%s never comes', (_, when) => {
    expect(lint({ discounts: [percent('never', 500_000, when)] })).toEqual([
      ['conditions.never', 'discounts[0]'],
    ])
  })

  test('weekday windows do not hide each other', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
    const early = percent('early', 500_000, {
      days,
      time: { at: 'entry', from: '00:00', until: '07:00' },
    })
    const late = percent('late', 700_000, {
      days: ['sat', 'sun'],
      time: { at: 'exit', from: '22:00', until: '24:00' },
    })
    expect(lint({ discounts: [early, late] })).toEqual([])
    expect(lint({ discounts: [early, late, percent('again', 300_000, late.when)] })).toEqual([
      ['rules.dead', 'discounts[2]'],
      ['discounts.hides-better', 'discounts[1]'],
    ])
  })

  test('too many combinations are told, not guessed', () => {
    const many = (from: number) => Array.from({ length: 40 }, (_, at) => from + at)
    const rules = [
      ...many(1).map((at) =>
        flat(`r${at}`, 200, { entryStations: [at], exitStations: [at + 1], lines: [at] }),
      ),
      flat('rest', 300),
    ]
    expect(lint({ rules })).toContainEqual(['conditions.too-many', 'rules'])
  })
})

describe('discounts beside each other', () => {
  const student = percent('student', 500_000, { riderClasses: ['student'] })
  const card = percent('card', 900_000, { media: ['card'] })

  test('the first that fits hides the better one', () => {
    expect(lint({ discounts: [card, student] })).toEqual([
      ['discounts.hides-better', 'discounts[0]'],
    ])
    expect(lint({ discounts: [student, card] })).toEqual([])
  })

  test('of the cheapest, what is always beaten is never chosen; free rides run out', () => {
    const worse = percent('worse', 950_000, { media: ['card'], issuer: 'local' })
    const cheapest = { stacking: 'cheapest' as const }
    expect(lint({ ...cheapest, discounts: [card, worse] })).toEqual([
      ['discounts.never-cheapest', 'discounts[1]'],
    ])
    const free = { ...worse, id: 'free', effect: { kind: 'free-rides' as const, rides: 730 } }
    expect(lint({ ...cheapest, discounts: [free, worse] })).toEqual([])
  })

  test('a flat price above every fare changes nothing', () => {
    const effect = { kind: 'flat' as const, amountFen: 200 }
    expect(lint({ discounts: [{ ...student, effect }] })).toEqual([
      ['discounts.no-effect', 'discounts[0]'],
    ])
  })
})

describe('slips of units', () => {
  const limit = (limitS: number) => ({
    ...POLICY,
    id: 'limit',
    when: {},
    limitS,
    charge: { kind: 'fixed' as const, amountFen: 300 },
    mode: 'add' as const,
  })
  test.each([
    ['yuan', { rules: [flat('flat', 2)] }, 'unit.yuan', 'rules[0].base.amountFen'],
    ['fen twice', { rules: [flat('flat', 300_000)] }, 'unit.fen', 'rules[0].base.amountFen'],
    ['minutes', { timeLimits: [limit(240)] }, 'unit.minutes', 'timeLimits[0].limitS'],
    ['percent', { discounts: [percent('p', 90)] }, 'unit.percent', 'discounts[0].effect.payPpm'],
    [
      'kilometres',
      {
        rules: [
          {
            ...flat('km', 0),
            base: {
              kind: 'distance-ladder' as const,
              distance: 'ride' as const,
              first: { uptoM: 6, amountFen: 300 },
              steps: [{ widthM: 10_000, untilM: null, addFen: 100 }],
              capFen: null,
            },
          },
        ],
      },
      'unit.kilometres',
      'rules[0].base.first.uptoM',
    ],
  ] as [string, Partial<Tariff>, LintRule, string][])('%s', (_, part, rule, path) => {
    expect(lint(part)).toContainEqual([rule, path])
  })

  test('distances of a network in kilometres', () => {
    const metro = tariffNamed('shanghai-metro')
    const findings = lintTariff(metro, twoStations('shanghai-metro', 7))
    expect(told(findings)).toContainEqual(['unit.kilometres', 'network.lines[0].metres[0]'])
  })
})

describe('numbers that do not fit each other', () => {
  const cap = (id: string, period: 'day' | 'week' | 'month', amountFen: number) => ({
    ...POLICY,
    id,
    when: {},
    period,
    amountFen,
  })
  const pass = (id: string, priceFen: number, hours: number) => ({
    ...POLICY,
    id,
    when: {},
    priceFen,
    hours,
  })
  const transfer = (part: object) => ({
    ...POLICY,
    id: 'transfer',
    when: {},
    from: {},
    withinS: 3_600,
    counts: 'from-start' as const,
    most: null,
    effect: { kind: 'minus' as const, amountFen: 100 },
    ...part,
  })
  const month = (...shares: readonly number[]) => ({
    ...POLICY,
    id: 'month',
    when: {},
    kind: 'by-part' as const,
    counts: 'paid' as const,
    period: 'calendar-month' as const,
    steps: shares.map((payPpm, step) => ({ fromFen: (step + 1) * 10_000, payPpm })),
  })

  test.each([
    [
      'a cap below every fare',
      { caps: [cap('c', 'day', 100)] },
      ['caps.below-lowest', 'caps[0].amountFen'],
    ],
    [
      'a week that seven days never reach',
      { caps: [cap('d', 'day', 500), cap('w', 'week', 3_500)] },
      ['caps.never', 'caps[1].amountFen'],
    ],
    [
      'a longer pass for less',
      { passes: [pass('day', 2_000, 24), pass('two', 1_900, 48)] },
      ['passes.too-dear', 'passes[0].priceFen'],
    ],
    [
      'from the same line by another mode',
      { transfers: [transfer({ from: { modes: ['metro'], sameLine: true } })] },
      ['transfers.never', 'transfers[0]'],
    ],
    [
      'a later step that pays more',
      { accumulation: [month(800_000, 1_000_000)] },
      ['steps.not-descending', 'accumulation[0].steps[1].payPpm'],
    ],
  ] as [string, Partial<Tariff>, string[]][])('%s', (_, part, expected) => {
    expect(lint(part)).toEqual([expected])
  })

  test('a source that nothing names, a window of a whole day', () => {
    const unused = { text: 'unused', date: '2026', mark: 'ours' as const }
    const { sources } = tariff()
    expect(lint({ sources: [...sources, unused] })).toEqual([['source.unused', 'sources[1]']])
    const day = percent('day', 500_000, { time: { at: 'entry', from: '07:00', until: '07:00' } })
    expect(lint({ discounts: [day] })).toEqual([['time.whole-day', 'discounts[0].when.time']])
  })
})

import { describe, expect, test } from 'vitest'
import { tariffs } from '../catalogue.ts'
import { compileTariff } from '../compile.ts'
import { rideOn, tariffNamed } from '../fares.fixture.ts'
import type { StationNetwork } from '../network.ts'
import { parseTariff } from '../parse-tariff.ts'
import { price } from '../price.ts'
import type { Ride } from '../ride.ts'
import type { Tariff } from '../tariff.ts'
import { composeFares } from './compose.ts'
import { exportFaresV2 } from './export.ts'
import { localTime } from './local-time.ts'
import { parseFeed } from './open-feed.ts'

/** Five stations on a line; one has the early bird. */
const NETWORK: StationNetwork = {
  id: 'beijing-metro',
  operator: null,
  generated: false,
  lines: [
    {
      id: 1,
      nameZh: '一',
      nameEn: 'One',
      loop: false,
      stations: [1, 2, 3, 4],
      metres: [5_000, 4_000, 9_000],
    },
  ],
  stations: ['沙河', '乙', '丙', '丁'].map((nameZh, at) => ({
    id: at + 1,
    nameZh,
    nameEn: `S${at}`,
  })),
  virtualTransfers: [],
}
const POLICY = { textZh: '测试', textEn: 'test', source: 0 }

/** Every class, medium, issuer, pair and time: the feed and the engine agree. */
function requireSame(tariff: Tariff, network?: StationNetwork): number {
  const { files } = exportFaresV2(tariff, network)
  const feed = parseFeed(files)
  expect(feed.notices.filter(({ level }) => level === 'error')).toEqual([])
  const compiled = compileTariff(tariff, network)
  const stations = network?.stations.map(({ id }) => id) ?? [1, 2]
  const split = files['fare_media.txt']?.includes('card-local') === true
  const classes = ['adult', 'student', 'senior', 'child'].filter((name) =>
    files['rider_categories.txt']?.includes(`\n${name},`),
  )
  let seen = 0
  for (const time of TIMES) {
    for (const [from, to] of stations.flatMap((a) => stations.map((b) => [a, b] as const))) {
      for (const category of classes) {
        for (const [medium, division] of MEDIA) {
          const at = Date.parse(`${time}+08:00`)
          const ride: Partial<Ride> = {
            medium,
            issuer: { institution: '', division: division === 'local' ? tariff.city : '' },
            riderClass: category,
            at,
            entry: { station: from, at },
            exit: { station: to, at },
          }
          const priced = price(compiled, rideOn(tariff, ride))
          const moment = localTime(time, 'Asia/Shanghai')
          const leg = {
            route: tariff.modes[0] ?? '',
            from: String(from),
            to: String(to),
            enter: moment,
            exit: moment,
          }
          const composed = composeFares(feed, [leg], {
            category,
            medium: split ? `${medium}-${division}` : medium,
          })
          const told = composed.ok ? composed.best.amount : composed.code
          expect(told, `${time} ${from} ${to} ${category} ${medium} ${division}`).toBe(
            priced.ok ? priced.amountFen : priced.code,
          )
          seen++
        }
      }
    }
  }
  return seen
}
const TIMES = [
  '2026-11-20T06:59:59',
  '2026-11-20T07:00:00',
  '2026-11-21T06:30:00',
  '2026-11-20T23:59:00',
]
const MEDIA = [
  ['card', 'local'],
  ['card', 'visitor'],
  ['code', 'visitor'],
] as const

describe('what fits is priced by the feed as by the engine', () => {
  test('a flat fare by class, medium and issuer', () => {
    const bus = { ...tariffNamed('guangzhou-bus'), accumulation: [] }
    // A flat fare has no stops; the stations are those of no table.
    expect(requireSameFlat(bus)).toBeGreaterThan(4)
  })

  test('a ladder over shortest paths, early bird and same station, as areas and timeframes', () => {
    const metro = tariffNamed('beijing-metro')
    expect(requireSame(metro, NETWORK)).toBe(4 * 16 * 2 * 3)
  })

  test('zones of a table, with holidays', () => {
    const { maximum, entry, ...base } = tariffNamed('beijing-bus')
    const zones = parseTariff({
      ...base,
      id: 'zones',
      holidays: ['2026-11-20'],
      maximum: { ...maximum, source: 0 },
      entry: { ...entry, source: 0 },
      discounts: [
        {
          ...POLICY,
          id: 'early',
          when: { days: ['sat', 'holiday'], time: { at: 'entry', from: '22:00', until: '07:00' } },
          effect: { kind: 'minus', amountFen: 50 },
        },
      ],
      rules: [{ ...POLICY, id: 'table', when: {}, base: { kind: 'table', table: 't' } }],
      tables: [
        {
          id: 't',
          places: [
            [1, 2],
            [3, 4],
          ],
          symmetric: false,
          amountsFen: [200, 300, 400, 250],
        },
      ],
    })
    const { files } = exportFaresV2(zones)
    expect(files['fare_leg_rules.txt']?.split('\n').length).toBeLessThan(40)
    expect(files['calendar_dates.txt']).toContain('20261120')
    expect(requireSame({ ...zones, network: null }, undefined)).toBeGreaterThan(10)
  })
})

/** The same without stops: areas are blank. */
function requireSameFlat(tariff: Tariff): number {
  const { files } = exportFaresV2(tariff)
  expect(files['areas.txt']).toBeUndefined()
  const stops = { ...files, 'stops.txt': 'stop_id,stop_name\n1,A\n2,B\n' }
  const feed = parseFeed(stops)
  const moment = localTime('2026-11-20T08:00:00', 'Asia/Shanghai')
  let seen = 0
  for (const category of ['adult', 'student', 'senior', 'senior-60']) {
    for (const [medium, division] of MEDIA) {
      const leg = { route: 'bus', from: '1', to: '2', enter: moment, exit: moment }
      const composed = composeFares(feed, [leg], { category, medium: `${medium}-${division}` })
      const issuer = { institution: '', division: division === 'local' ? tariff.city : '' }
      const priced = price(
        compileTariff(tariff),
        rideOn(tariff, { medium, issuer, riderClass: category }),
      )
      expect(composed.ok && composed.best.amount).toBe(priced.ok && priced.amountFen)
      seen++
    }
  }
  return seen
}

describe('what does not fit is listed', () => {
  test('ladders without a network, months, transfers, overtime, passes', () => {
    const { left, files } = exportFaresV2(tariffNamed('beijing-metro'))
    expect(files).toEqual({})
    expect(left.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['rules[0]', 'accumulation[0]', 'passes[4]', 'timeLimits[0]']),
    )
    const wuhan = exportFaresV2(tariffNamed('wuhan-bus'))
    expect(wuhan.left.map(({ id }) => id)).toEqual(['senior'])
    expect(wuhan.files['fare_products.txt']).toContain('2.00,CNY')
  })

  test.each(tariffs().map(({ id }) => id))(
    '%s: every policy is in the feed or in the list',
    (id) => {
      const { files, left } = exportFaresV2(tariffNamed(id))
      const names = new Set(left.map(({ path }) => path))
      const { rules } = tariffNamed(id)
      expect(rules.every((_, at) => names.has(`rules[${at}]`))).toBe(
        Object.keys(files).length === 0,
      )
      if (Object.keys(files).length > 0) expect(parseFeed(files).version).toBe(2)
    },
  )
})

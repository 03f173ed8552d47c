import { describe, expect, test } from 'vitest'
import { composeFares, composeFaresV1, type GtfsLeg, type GtfsRider, parseFeed } from '../index.ts'
import { BASE, feedOf, leg } from './feed.fixture.ts'

type Files = Readonly<Record<string, string>>

function amountOf(files: Files, legs: readonly GtfsLeg[], rider: GtfsRider = {}) {
  const result = composeFares(feedOf(files), legs, rider)
  return result.ok ? result.best.amount : result.code
}

const bus = leg('bus1', 'S', 'T')
const second = leg('bus2', 'T', 'U', [15, 25])
const third = leg('bus1', 'U', 'V', [30, 40])
const tram = leg('tram', 'T', 'U', [15, 25])
const transfers = (...rows: string[]): Files => ({
  'fare_transfer_rules.txt': [
    'from_leg_group_id,to_leg_group_id,transfer_count,duration_limit,duration_limit_type,fare_transfer_type,fare_product_id',
    ...rows,
  ].join('\n'),
})
const rules = (header: string, ...rows: string[]): Files => ({
  'fare_leg_rules.txt': [`leg_group_id,${header},fare_product_id`, ...rows].join('\n'),
})

describe('a leg', () => {
  test('pays the product of its rule; sums are exact and name their line', () => {
    const result = composeFares(feedOf(), [bus, tram], {})
    expect(result).toMatchObject({
      ok: true,
      best: {
        amount: 500,
        currency: 'EUR',
        parts: [
          { amount: 200, product: 'single', source: 'fare_leg_rules.txt line 2', legs: [0] },
          { amount: 300, product: 'tram', legs: [1] },
        ],
      },
    })
  })

  test('that no rule fits has no known fare', () => {
    expect(composeFares(feedOf(), [leg('ferry', 'S', 'T')], {})).toEqual({
      ok: false,
      code: 'fares.no-rule',
      leg: 0,
    })
  })

  test('of a zero-price product is free, and free is a price', () => {
    expect(amountOf(rules('network_id', 'b,bus,free'), [bus])).toBe(0)
  })

  test('cheapest of two rules that fit, the dearer one is the runner-up', () => {
    const result = composeFares(
      feedOf(rules('network_id', 'b,bus,tram', 'b,bus,single')),
      [bus],
      {},
    )
    expect(result).toMatchObject({ best: { amount: 200 }, runnerUp: { amount: 300 } })
  })

  test.each([
    ['unknown route', leg('nowhere', 'S', 'T'), 'fares.unknown-route'],
    ['unknown stop', leg('bus1', 'S', 'X'), 'fares.unknown-stop'],
    ['backwards', leg('bus1', 'S', 'T', [10, 0]), 'fares.exit-before-entry'],
  ])('%s is refused', (_, wrong, code) => {
    expect(amountOf({}, [wrong])).toBe(code)
  })
})

describe('blanks in leg rules', () => {
  const header = 'network_id,from_area_id,to_area_id'

  test('without rule_priority: all but what the column lists', () => {
    const files = rules(header, 'x,,airport,,tram', 'y,,,,single')
    expect(amountOf(files, [leg('bus1', 'V', 'T')])).toBe(300)
    expect(amountOf(files, [leg('bus1', 'S', 'T')])).toBe(200)
    const network = rules(header, 'x,tram,,,tram', 'y,,,,single')
    expect(amountOf(network, [leg('tram', 'S', 'T')])).toBe(300)
    expect(amountOf(network, [leg('ferry', 'S', 'T')])).toBe(200)
  })

  test('with rule_priority: blanks do not matter, the highest wins, an empty priority is 0', () => {
    const files = (priority: string) =>
      rules(`${header},rule_priority`, `x,,airport,,${priority},tram`, 'y,,,,,single')
    expect(amountOf(files('1'), [leg('bus1', 'V', 'T')])).toBe(300)
    expect(amountOf(files(''), [leg('bus1', 'V', 'T')])).toBe(200)
  })

  test('a platform lies in the areas of its station, unless it has some of its own', () => {
    const files = rules(header, 'x,,city,,tram')
    expect(amountOf(files, [leg('bus1', 'S1', 'T')])).toBe(300)
    const own = { 'stop_areas.txt': `${BASE['stop_areas.txt']}suburb,S1\n` }
    expect(amountOf({ ...files, ...own }, [leg('bus1', 'S1', 'T')])).toBe('fares.no-rule')
  })
})

describe('timeframes', () => {
  const files: Files = {
    ...rules('from_timeframe_group_id', 'p,peak,tram', 'o,off,single'),
    'timeframes.txt':
      'timeframe_group_id,start_time,end_time,service_id\npeak,07:00:00,08:10:00,week\noff,08:10:00,24:00:00,week\n',
    'calendar.txt':
      'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nweek,1,1,1,1,1,1,0,20260101,20261231\n',
  }

  test('the start counts in, the end does not', () => {
    expect(amountOf(files, [leg('bus1', 'S', 'T', [9, 20])])).toBe(300)
    expect(amountOf(files, [leg('bus1', 'S', 'T', [10, 20])])).toBe(200)
  })

  test('the service must run on the calendar day; an exception removes it', () => {
    const off = { 'calendar_dates.txt': 'service_id,date,exception_type\nweek,20261121,2\n' }
    expect(amountOf({ ...files, ...off }, [bus])).toBe('fares.no-rule')
    // A day on: 2026-11-22 is a Sunday, on which the service does not run.
    expect(amountOf(files, [leg('bus1', 'S', 'T', [1440, 1450])])).toBe('fares.no-rule')
  })
})

describe('riders and media', () => {
  const files: Files = {
    'rider_categories.txt':
      'rider_category_id,rider_category_name,is_default_fare_category\nadult,Adult,1\nchild,Child,0\n',
    'fare_media.txt': 'fare_media_id,fare_media_type\ncard,2\npaper,1\n',
    'fare_products.txt':
      'fare_product_id,rider_category_id,fare_media_id,amount,currency\nsingle,adult,card,1.80,EUR\nsingle,adult,paper,2.00,EUR\nsingle,child,,1.00,EUR\nany,,,5.00,EUR\n',
    ...rules('network_id', 'b,bus,single'),
  }

  test.each([
    [{ medium: 'card' }, 180],
    [{ medium: 'paper' }, 200],
    [{}, 180],
    [{ category: 'child', medium: 'card' }, 100],
    [{ category: 'senior' }, 'fares.no-product'],
    [{ medium: 'coins' }, 'fares.no-product'],
  ])('%o pays %s', (rider, expected) => {
    expect(amountOf(files, [bus], rider)).toBe(expected)
  })
})

describe('default categories', () => {
  const of = (rows: string): Files => ({
    'rider_categories.txt':
      'rider_category_id,rider_category_name,is_default_fare_category\nadult,Adult,1\nguest,Guest,1\nchild,Child,0\nsenior,Senior,0\n',
    'fare_products.txt': `fare_product_id,rider_category_id,amount,currency\ntram,,3,EUR\n${rows}`,
  })

  test('each product has its own', () => {
    const feed = of('single,adult,2,EUR\nsingle,child,1,EUR\nday,guest,7,EUR\nday,senior,5,EUR\n')
    expect(amountOf(feed, [bus])).toBe(200)
    expect(amountOf({ ...feed, ...rules('network_id', 'b,bus,day') }, [bus])).toBe(700)
  })

  test('two for one product are a fault, none is told', () => {
    expect(() => feedOf(of('single,adult,2,EUR\nsingle,guest,1,EUR\n'))).toThrow(
      expect.objectContaining({
        details: { faults: [expect.objectContaining({ rule: 'two-defaults', line: 4 })] },
      }),
    )
    const { notices } = feedOf(of('single,child,1,EUR\nsingle,senior,1,EUR\n'))
    expect(notices).toMatchObject([{ rule: 'no-default', line: 3 }])
  })
})

describe('transfers', () => {
  test.each([
    ['0: A + AB', 'b,t,,,,0,minus', 50],
    ['0 without a product: A', 'b,t,,,,0,', 200],
    ['1: A + AB + B, a discount', 'b,t,,,,1,minus', 350],
    ['2: AB', 'b,t,,,,2,both', 420],
  ])('type %s', (_, row, expected) => {
    expect(amountOf(transfers(row), [bus, tram])).toBe(expected)
  })

  test('are directional', () => {
    const back = [leg('tram', 'S', 'T'), leg('bus1', 'T', 'U', [15, 25])]
    expect(amountOf(transfers('b,t,,,,0,'), back)).toBe(500)
  })

  test('of three legs: S + BC', () => {
    expect(amountOf(transfers('b,b,-1,,,0,plus'), [bus, second, third])).toBe(300)
    expect(amountOf(transfers('b,b,-1,,,1,minus'), [bus, second, third])).toBe(300)
  })

  test('within a group count: the third ride is a new ticket', () => {
    expect(amountOf(transfers('b,b,1,,,0,'), [bus, second, third])).toBe(400)
    expect(amountOf(transfers('b,b,2,,,0,'), [bus, second, third])).toBe(200)
  })

  test('of rules that differ in their count, the smallest that is enough applies, not the cheapest', () => {
    const steps = transfers('b,b,1,,,0,plus', 'b,b,2,,,0,', 'b,b,-1,,,0,minus')
    expect(amountOf(steps, [bus, second])).toBe(250)
    expect(amountOf(steps, [bus, second, third])).toBe(250)
    const fourth = leg('bus2', 'V', 'U', [45, 50])
    expect(amountOf(steps, [bus, second, third, fourth])).toBe(100)
  })

  test.each([
    [0, 25, 24],
    [1, 15, 14],
    [2, 5, 4],
    [3, 15, 14],
  ])('duration type %i: %i minutes are in time, %i are not enough', (type, enough, short) => {
    const within = (minutes: number) =>
      amountOf(transfers(`b,t,,${minutes * 60},${type},0,`), [bus, tram])
    expect(within(enough)).toBe(200)
    expect(within(short)).toBe(500)
  })

  test('repeated ones count their time from the first leg', () => {
    expect(amountOf(transfers('b,b,-1,1800,1,0,'), [bus, second, third])).toBe(200)
    expect(amountOf(transfers('b,b,-1,1799,1,0,'), [bus, second, third])).toBe(400)
  })

  test('a blank group stands for those that the column does not list', () => {
    expect(amountOf(transfers('b,,,,,0,', 't,,,,,0,both'), [bus, tram])).toBe(200)
    expect(amountOf(transfers('b,,,,,0,', 't,t,1,,,0,'), [bus, tram])).toBe(500)
  })

  test('nobody must take a transfer that is dearer than two tickets', () => {
    const result = composeFares(feedOf(transfers('b,t,,,,1,both')), [bus, tram], {})
    expect(result).toMatchObject({ best: { amount: 500 }, runnerUp: { amount: 920 } })
  })
})

describe('joined legs', () => {
  const join = (row: string): Files => ({
    'fare_leg_join_rules.txt': `from_network_id,to_network_id,from_stop_id,to_stop_id\n${row}\n`,
  })

  test('count as one from the first stop to the last', () => {
    const files = {
      ...rules('network_id,from_area_id,to_area_id', 'd,bus,city,suburb,both', 'b,bus,,,single'),
      ...join('bus,bus,,'),
    }
    const result = composeFares(feedOf(files), [bus, second], {})
    expect(result).toMatchObject({ best: { amount: 420, parts: [{ legs: [0, 1] }] } })
  })

  test('only where the second begins at the end of the first, or at the pair that is named', () => {
    const walk = leg('bus2', 'U', 'V', [15, 25])
    expect(amountOf(join('bus,bus,,'), [bus, walk])).toBe(400)
    expect(amountOf(join('bus,bus,T,U'), [bus, walk])).toBe(200)
    expect(amountOf(join('bus,bus,,'), [bus, second, third])).toBe(200)
  })
})

describe('malformed feeds', () => {
  test('every fault is located', () => {
    const broken = {
      'fare_products.txt':
        'fare_product_id,amount,currency\nsingle,2.005,EUR\ntram,x,EUR\nsingle,2.00,EUR\nyen,1.50,JPY\n',
      ...transfers('b,b,,,,0,', 'b,t,1,,,9,ghost'),
      'timeframes.txt':
        'timeframe_group_id,start_time,end_time,service_id\np,25:00:00,26:00:00,w\n',
    }
    const faultsOf = () => {
      try {
        feedOf(broken)
      } catch (error) {
        const { faults } = (error as { details: { faults: Record<string, string>[] } }).details
        return faults.map(({ file, line, column, rule }) => `${file}:${line}:${column}:${rule}`)
      }
      return []
    }
    expect(faultsOf().toSorted()).toEqual([
      'fare_leg_rules.txt:3:fare_product_id:unknown-id',
      'fare_products.txt:2:amount:decimals',
      'fare_products.txt:3:amount:amount',
      'fare_products.txt:4:fare_product_id:duplicate-key',
      'fare_products.txt:5:amount:decimals',
      'fare_transfer_rules.txt:2:transfer_count:transfer-count',
      'fare_transfer_rules.txt:3:fare_transfer_type:enum',
      'timeframes.txt:2:end_time:time',
    ])
  })

  test('draft columns and dead rules are told, and the feed is priced', () => {
    const feed = feedOf({
      'fare_leg_rules.txt':
        'leg_group_id,network_id,fare_product_id,transfer_only,ticketing\nb,bus,single,,\nx,ghost,tram,1,\n',
    })
    expect(feed.notices.map(({ rule, column, line }) => [rule, column, line])).toEqual([
      ['draft-column', 'transfer_only', 1],
      ['unknown-column', 'ticketing', 1],
      ['unknown-id', 'network_id', 3],
    ])
    expect(composeFares(feed, [bus], {})).toMatchObject({ best: { amount: 200 } })
  })

  const faultsOf = (files: Files) => {
    try {
      parseFeed(files)
    } catch (error) {
      const { faults } = (error as { details: { faults: Record<string, string>[] } }).details
      return faults.map(({ file, line, rule }) => `${file}:${line}:${rule}`)
    }
    return []
  }

  test('a folder without a feed is no feed without faults', () => {
    expect(faultsOf({})).toEqual([
      'agency.txt:0:missing-file',
      'routes.txt:0:missing-file',
      'fare_leg_rules.txt:0:no-fares',
    ])
  })

  test.each([
    [
      'of another zone',
      'A,A,http://a,Asia/Shanghai\nB,B,http://b,Asia/Urumqi\n',
      ['3:timezones-differ'],
    ],
    ['of a zone that is none', 'A,A,http://a,Asia/Nowhere\n', ['2:timezone']],
    ['without a zone', 'A,A,http://a,\n', ['2:required', '0:no-agency']],
    ['that are none', '', ['0:no-agency']],
    ['of one zone', 'A,A,http://a,Asia/Shanghai\nB,B,http://b,Asia/Shanghai\n', []],
  ])('agencies %s', (_, rows, found) => {
    const text = `agency_id,agency_name,agency_url,agency_timezone\n${rows}`
    expect(faultsOf({ ...BASE, 'agency.txt': text })).toEqual(
      found.map((one) => `agency.txt:${one}`),
    )
  })

  test('a quote that is never closed swallows no rows unseen', () => {
    const areas = 'area_id,area_name\ncity,"City\nsuburb,Suburb\nairport,Airport\n'
    expect(faultsOf({ ...BASE, 'areas.txt': areas })).toEqual(['areas.txt:2:open-quote'])
  })

  test.each([
    ['stops.txt', `${BASE['stops.txt']}U,U,,z9\n`, 7],
    ['routes.txt', `${BASE['routes.txt']}bus1,A,3,tram\n`, 6],
    ['calendar_dates.txt', 'service_id,date,exception_type\nw,20260101,1\nw,20260101,2\n', 3],
  ])('a key twice in %s', (file, text, line) => {
    expect(faultsOf({ ...BASE, [file]: text })).toEqual([`${file}:${line}:duplicate-key`])
  })

  test('a rule for transfers only, as drafts have it, begins no ticket', () => {
    const files = {
      ...rules('network_id,transfer_only', 'b,bus,,single', 'f,bus,1,free', 'f,tram,1,free'),
      ...transfers('b,f,,,,0,'),
    }
    expect(amountOf(files, [bus])).toBe(200)
    expect(amountOf(files, [bus, tram])).toBe(200)
    expect(composeFares(feedOf(files), [tram], {})).toMatchObject({ code: 'fares.no-rule', leg: 0 })
  })

  test('networks in two files are refused', () => {
    expect(() => feedOf({ 'networks.txt': 'network_id\nbus\ntram\n' })).toThrow(
      expect.objectContaining({ code: 'fares.bad-feed' }),
    )
  })
})

describe('version 1', () => {
  const { 'fare_products.txt': _products, 'fare_leg_rules.txt': _legs, ...base } = BASE
  const v1 = (attributes: string[], fareRules: string[] = []) =>
    parseFeed({
      ...base,
      'fare_attributes.txt': [
        'fare_id,price,currency_type,payment_method,transfers,transfer_duration',
        ...attributes,
      ].join('\n'),
      'fare_rules.txt': [
        'fare_id,route_id,origin_id,destination_id,contains_id',
        ...fareRules,
      ].join('\n'),
    })
  const amount = (feed: ReturnType<typeof v1>, legs: readonly GtfsLeg[]) => {
    const result = composeFaresV1(feed, legs)
    return result.ok ? result.best.amount : result.code
  }

  test('transfers: none, once, without limit, in time', () => {
    const legs = [bus, second, third]
    expect(amount(v1(['f,2.00,EUR,0,0,']), legs)).toBe(600)
    expect(amount(v1(['f,2.00,EUR,0,1,']), legs)).toBe(400)
    expect(amount(v1(['f,2.00,EUR,0,,']), legs)).toBe(200)
    expect(amount(v1(['f,2.00,EUR,0,,900']), legs)).toBe(400)
  })

  test('routes, origin and destination, zones that are passed exactly', () => {
    const feed = v1(
      ['city,2.00,EUR,0,,', 'long,5.00,EUR,0,,', 'wide,4.00,EUR,0,,'],
      ['city,,z1,z1,', 'long,,z1,z2,', 'wide,,,,z2', 'wide,,,,z3'],
    )
    expect(amount(feed, [bus])).toBe(200)
    expect(amount(feed, [second])).toBe(500)
    expect(amount(feed, [third])).toBe(400)
    expect(amount(feed, [leg('bus1', 'V', 'S')])).toBe('fares.no-rule')
    expect(amount(feed, [{ ...third, zones: ['z1'] }])).toBe('fares.no-rule')
    expect(amount(feed, [leg('bus1', 'S', 'T', [10, 0])])).toBe('fares.exit-before-entry')
  })
})

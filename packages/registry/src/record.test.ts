import { describe, expect, it } from 'vitest'
import rideCodeFile from '../data/ride-code.json' with { type: 'json' }
import tUnionFile from '../data/t-union.json' with { type: 'json' }
import { registryRows } from './public-row.ts'
import { coveredProvinces, parseRideCode, parseTUnion, registryRecords } from './record.ts'

const tUnion = registryRecords().filter((row) => row.network === 't-union')
const members = tUnion.filter((row) => row.level !== 'province')
const codes = registryRecords().filter((row) => row.network === 'ride-code')
const table = codes.filter((row) => row.origin === 'table')

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1
  return counts
}

function named(name: string, network = 't-union') {
  const row = registryRows().find((one) => one.network === network && one.name === name)
  if (row === undefined) throw new TypeError(`no row ${name}`)
  return row
}

describe('the T-Union document', () => {
  it('has 322 cities and areas and 4 province cards (reference fares 1.1)', () => {
    expect(members).toHaveLength(322)
    expect(members.filter((row) => row.sourceLine < 576)).toHaveLength(71)
    expect(
      tUnion.filter((row) => row.level === 'province').map((row) => [row.name, ...row.cards]),
    ).toEqual([
      ['河南省', '轩辕通'],
      ['广西壮族自治区', '桂民卡'],
      ['重庆市', '交运通'],
      ['甘肃省', '丝路任我行'],
    ])
    expect(coveredProvinces()).toHaveLength(31)
  })

  it('has the levels of reference fares 1.1', () => {
    expect(countBy(members, (row) => row.level)).toEqual({
      prefecture: 283,
      municipality: 3,
      district: 20,
      'county-direct': 6,
      county: 5,
      zone: 4,
      xpcc: 1,
    })
  })

  it('has the rows of each province', () => {
    expect(countBy(members, (row) => row.province)).toEqual({
      广东省: 21,
      四川省: 21,
      重庆市: 20,
      河南省: 18,
      江苏省: 16,
      安徽省: 16,
      云南省: 16,
      辽宁省: 14,
      湖南省: 14,
      广西壮族自治区: 14,
      山东省: 12,
      湖北省: 12,
      陕西省: 12,
      河北省: 11,
      山西省: 11,
      江西省: 11,
      甘肃省: 11,
      吉林省: 10,
      福建省: 10,
      贵州省: 9,
      新疆维吾尔自治区: 8,
      浙江省: 8,
      内蒙古自治区: 7,
      黑龙江省: 4,
      海南省: 4,
      宁夏回族自治区: 4,
      青海省: 4,
      上海市: 1,
      北京市: 1,
      天津市: 1,
      西藏自治区: 1,
    })
  })

  it('has 77 rows with cards of their own, 79 names', () => {
    const withCards = members.filter((row) => row.cards.length > 0)
    expect(withCards).toHaveLength(77)
    expect(new Set(withCards.flatMap((row) => row.cards)).size).toBe(79)
    expect(withCards.flatMap((row) => row.cards)).not.toContain('部分公交线路')
  })

  it('flags as the notes say', () => {
    const flagged = (flag: string) =>
      members.filter((row) => row.flags.some((one) => one === flag)).map((row) => row.printed)
    expect(flagged('metro-unavailable')).toEqual([
      '上海市',
      '乌鲁木齐市',
      '温州市',
      '东莞市',
      '成都市',
    ])
    expect(flagged('under-conversion')).toEqual([
      '呼和浩特市',
      '武汉市',
      '资阳市',
      '安顺市',
      '天水市',
    ])
    const partial = members.filter((row) => row.flags.includes('partial-bus'))
    expect(partial.filter((row) => row.province === '重庆市')).toHaveLength(20)
    expect(partial.filter((row) => row.province !== '重庆市').map((row) => row.printed)).toEqual([
      '鄂尔多斯市',
      '呼伦贝尔市',
      '通辽市',
      '兴安盟',
      '安庆市',
      '株洲市',
      '怀化市',
      '娄底市',
      '珠海市',
      '肇庆市',
      '揭阳市',
      '云浮市',
      '大理州',
      '德宏州',
      '商洛市',
      '庆阳市',
      '白银市',
      '陇南市',
    ])
  })

  it('keeps limits and exclusions', () => {
    const limits = members
      .filter((row) => row.limitedTo.length > 0)
      .map((row) => [row.printed, ...row.limitedTo])
    expect(limits).toEqual([
      ['甘孜州', '康定市'],
      ['凉山州', '西昌市'],
      ['黔西南州', '兴义市'],
      ['黔南州', '都匀市', '福泉市'],
      ['楚雄州', '楚雄市'],
      ['文山州', '文山市'],
      ['西双版纳州', '勐腊县'],
      ['大理州', '大理市'],
      ['德宏州', '芒市'],
    ])
    const excluded = members.filter((row) => row.excluding.length > 0)
    expect(excluded.map((row) => [row.printed, ...row.excluding])).toEqual([['黔东南州', '镇远县']])
  })

  it('marks the doubtful readings', () => {
    expect(members.filter((row) => row.doubtful !== null).map((row) => row.printed)).toEqual([
      '石家庄',
      '忻州市',
      '呼和浩特市',
      '乌海市',
      '哈尔滨市',
      '海口市',
      '三亚市',
      '西宁市',
      '乌鲁木齐市',
      '乌鲁木齐市西郊（新疆生产建设兵团第十二师）',
      '哈密地区（新疆生产建设兵团第十三师）',
      '毫州市',
      '资阳市',
    ])
  })

  it('knows the division of all but one place', () => {
    expect(members.filter((row) => row.division === null).map((row) => row.name)).toEqual([
      '长白山管委会',
    ])
    expect(members.filter((row) => row.name === '哈密地区')[0]?.division).toBe('652200')
  })

  it('gives rows in the public form', () => {
    expect(named('湘西土家族苗族自治州')).toEqual({
      network: 't-union',
      province: '湖南省',
      name: '湘西土家族苗族自治州',
      printed: '湘西州',
      parent: null,
      level: 'prefecture',
      cards: [],
      brand: null,
      bus: true,
      metro: null,
      other: null,
      flags: [],
      limitedTo: [],
      excluding: [],
      note: null,
      doubtful: null,
      sourceLine: 734,
    })
    expect(named('上海市')).toMatchObject({ bus: true, metro: false, other: '轮渡' })
    expect(named('昆山市')).toMatchObject({ parent: '苏州市', cards: ['昆通卡'], level: 'county' })
    expect(named('武汉市')).toMatchObject({ bus: null, flags: ['under-conversion'] })
    expect(named('大理白族自治州').note).toBe('大理市；部分公交线路')
  })
})

describe('the ride-code document', () => {
  it('has 112 records of 27 provinces and 108 regions in its table (reference fares 1.2)', () => {
    expect(table).toHaveLength(112)
    expect(new Set(table.map((row) => row.province)).size).toBe(27)
    expect(new Set(table.map((row) => row.division)).size).toBe(108)
    expect(new Set(table.map((row) => row.brand)).size).toBe(101)
  })

  it('has 106 ticks for buses, 3 for metro, 1 for BRT, and two records without a mark', () => {
    expect(table.filter((row) => row.modes.bus)).toHaveLength(106)
    expect(table.filter((row) => row.modes.metro).map((row) => row.brand)).toEqual([
      '宁波轨道交通乘车码',
      '深圳市地铁乘车码',
      '西安地铁乘车码',
    ])
    expect(table.filter((row) => row.modes.brt && !row.modes.bus).map((row) => row.brand)).toEqual([
      '厦门BRT乘车码',
    ])
    expect(codes.filter((row) => row.doubtful !== null).map((row) => row.brand)).toEqual([
      '泗阳乘车码',
      '长江索道乘车码',
    ])
  })

  it('has one brand in several regions and several in one', () => {
    const brands = countBy(table, (row) => row.brand ?? '')
    expect(Object.entries(brands).filter(([, count]) => count > 1)).toEqual([
      ['滨州邹平乘车码', 2],
      ['广西一卡通乘车码', 11],
    ])
    const regions = countBy(table, (row) => row.name)
    expect(Object.entries(regions).filter(([, count]) => count > 1)).toEqual([
      ['宁波市', 2],
      ['厦门市', 2],
      ['西安市', 2],
      ['兰州市', 2],
    ])
  })

  it('keeps Guangzhou metro’s own code, which only the text tells of', () => {
    expect(codes.filter((row) => row.origin === 'text').map((row) => row.brand)).toEqual([
      '广州地铁乘车码',
    ])
    expect(named('广州市', 'ride-code')).toMatchObject({
      brand: '羊城通乘车码',
      metro: false,
      other: 'BRT',
    })
  })

  it('writes names in simplified characters and keeps the print', () => {
    expect(named('七台河市', 'ride-code')).toMatchObject({ printed: '七臺河市', sourceLine: 154 })
    expect(named('泗阳县', 'ride-code')).toMatchObject({
      printed: '宿迁市泗阳县',
      parent: '宿迁市',
      bus: null,
      metro: null,
      other: null,
    })
    expect(named('莱芜市', 'ride-code')).toMatchObject({ level: 'prefecture', sourceLine: 322 })
  })
})

describe('both documents', () => {
  it('give every row an id of its own', () => {
    const ids = registryRecords().map((row) => row.id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('put every division inside its province', () => {
    const codeOf = new Map(coveredProvinces().map(({ province }) => [province, new Set<string>()]))
    for (const row of registryRecords())
      if (row.division !== null) codeOf.get(row.province)?.add(row.division.slice(0, 2))
    for (const [province, codes] of codeOf) expect([province, codes.size]).toEqual([province, 1])
  })
})

describe('malformed data', () => {
  const spoil = (change: (row: Record<string, unknown>) => void) => {
    const file = structuredClone(tUnionFile) as { rows: Record<string, unknown>[] }
    const row = file.rows[7]
    if (row !== undefined) change(row)
    return file
  }

  it.each([
    ['a missing name', 'name', undefined],
    ['an empty name', 'name', ''],
    ['a short division', 'division', '1303'],
    ['an unknown level', 'level', 'town'],
    ['an unknown flag', 'flags', ['no-such-flag']],
    ['a text for a mark', 'modes', { bus: 'yes' }],
    ['a mode nobody knows', 'modes', { tram: true }],
    ['a line before the first', 'sourceLine', 0],
    ['cards that are no list', 'cards', '河北交通一卡通'],
    ['a field nobody knows', 'colour', 'red'],
  ])('refuses %s and says where', (_, field, value) => {
    const file = spoil((row) => {
      row[field] = value
    })
    expect(() => parseTUnion(file)).toThrow(
      expect.objectContaining({
        code: 'registry.bad-data',
        message: expect.stringContaining(`t-union.rows[7].${field}`) as string,
      }),
    )
  })

  it('refuses an id given twice and names both rows', () => {
    const file = spoil((row) => {
      row.id = 't-union/310000'
    })
    expect(() => parseTUnion(file)).toThrow(
      't-union.rows[7].id: t-union/310000 is the id of t-union.rows[0] already',
    )
  })

  it('refuses the file of the other network', () => {
    expect(() => parseRideCode(tUnionFile)).toThrow('ride-code.provinces')
    expect(() => parseTUnion({ ...rideCodeFile, provinces: [] })).toThrow('t-union.network')
    expect(() => parseTUnion(null)).toThrow('t-union: an object is needed, found null')
  })
})

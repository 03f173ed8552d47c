import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const bin = join(dirname(fileURLToPath(import.meta.url)), '../../../bin/unifare.js')
const folder = mkdtempSync(join(tmpdir(), 'unifare-fare-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fare(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'fare', ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
  })
  return { status, stdout, stderr }
}

const YUAN = { kind: 'flat', amountFen: 2 }

/** A city's file of the catalogue. */
function fareFile(city: string): { rules: object[] }[] {
  const data = join(dirname(bin), '../../../packages/fares/data')
  return JSON.parse(readFileSync(join(data, `${city}.json`), 'utf8'))
}

const journeys = JSON.stringify([
  {
    issuer: 'local',
    legs: [
      {
        route: 'metro',
        enter: '2026-11-21T08:00',
        exit: '2026-11-21T08:40',
        distanceM: 17_150,
      },
    ],
  },
])

describe('unifare fare', () => {
  test('quote prices journeys under a city, with parts and reasons', () => {
    const { status, stdout } = fare(['quote', '-', '--tariff', 'wuhan', '--json'], journeys)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      { ok: true, amount: 450, currency: 'CNY', parts: [{ amount: 500 }, { amount: -50 }] },
    ])
    const zh = fare(['quote', '-', '--tariff', 'wuhan', '--lang', 'zh'], journeys)
    expect(zh.stdout).toContain('合计 4.50 元')
  })

  test('a journey without a price is told, and the exit code says so', () => {
    const { status, stdout } = fare(
      ['quote', '-', '--tariff', 'shenzhen'],
      journeys.replace('metro', 'taxi'),
    )
    expect(status).toBe(1)
    expect(stdout).toContain('no price')
  })

  test('passes tells which passes to buy, the next best, and when there is no one tariff', () => {
    const day = [8, 10, 12, 14, 16].map((hour) => ({
      rider: 'a',
      issuer: 'local',
      legs: [
        {
          route: 'metro',
          enter: `2026-11-21T${String(hour).padStart(2, '0')}:00`,
          exit: `2026-11-21T${String(hour).padStart(2, '0')}:40`,
          distanceM: 20_000,
        },
      ],
    }))
    const list = JSON.stringify(day.toReversed())
    const { status, stdout } = fare(['passes', '-', '--tariff', 'beijing-metro', '--json'], list)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      { rider: 'a', proved: true, best: { totalFen: 2_000 }, runnerUp: { totalFen: 2_500 } },
    ])
    const zh = fare(['passes', '-', '--tariff', 'beijing-metro', '--lang', 'zh'], list)
    expect(zh.stdout).toContain('最便宜: 20.00，24 小时定期票 第 1 程起')
    expect(fare(['passes', '-', '--tariff', 'beijing'], list).stderr).toContain('not one tariff')
  })

  test('check tells every fault of a file and of a feed with its place', () => {
    const file = join(folder, 'tariff.json')
    writeFileSync(file, '{"format": "unifare.tariff/1"}')
    const { status, stdout } = fare(['check', file, '--json'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, faults: expect.any(Array) })
    writeFileSync(join(folder, 'fare_products.txt'), 'fare_product_id,amount,currency\na,x,EUR\n')
    const feed = fare(['check', folder])
    expect([feed.status, feed.stdout]).toEqual([
      1,
      expect.stringContaining('fare_products.txt 2:amount amount'),
    ])
  })

  test('lint tells doubts in both languages, and the faults of a file that cannot be read', () => {
    expect(fare(['lint', 'shenzhen', '--json']).stdout).toContain('"ok": true')
    const file = join(folder, 'slip.json')
    const [slip] = fareFile('beijing')
    const [rule] = slip?.rules ?? []
    writeFileSync(file, JSON.stringify({ ...slip, rules: [{ ...rule, when: {}, base: YUAN }] }))
    const { status, stdout } = fare(['lint', file, '--json'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout).findings).toContainEqual({
      tariff: 'beijing-bus',
      rule: 'unit.yuan',
      level: 'error',
      path: 'rules[0].base.amountFen',
      textZh: expect.stringContaining('应为分'),
      textEn: expect.stringContaining('it is in fen'),
    })
    writeFileSync(file, '{"format": "unifare.tariff/1"}')
    expect(fare(['lint', file, '--lang', 'zh']).stdout).toContain('缺少字段')
  })

  test('lint of a matrix tells the column and the pair', () => {
    const file = join(folder, 'matrix.csv')
    const rows = [1, 2, 3].flatMap((from) =>
      [1, 2, 3].map((to) => [from, to, from === to ? '0' : from + to === 4 ? '7.00' : '3.00', 'A']),
    )
    const lines = ['a,b,adult,note', ...rows.map((row) => row.join(','))]
    writeFileSync(file, lines.join('\n'))
    const { status, stdout } = fare(['lint', file, '--from', 'a', '--to', 'b', '--json'])
    expect(status).toBe(0)
    expect(JSON.parse(stdout).findings).toMatchObject([
      { tariff: 'adult', rule: 'table.split-cheaper', path: '1 → 3' },
    ])
    writeFileSync(file, lines.slice(0, -1).join('\n'))
    const short = fare(['lint', file, '--from', 'a', '--to', 'b', '--lang', 'zh'])
    expect([short.status, short.stdout]).toEqual([1, expect.stringContaining('票价表不是方阵')])
    expect(fare(['lint', file]).stderr).toContain('--from and --to')
  })

  test('diff tells who pays more, over made-up riders and over journeys', () => {
    const proposal = join(folder, 'proposal.json')
    const bus = fareFile('beijing')[0]
    const cheaper = { ...bus, version: 2, discounts: [] }
    writeFileSync(proposal, JSON.stringify([cheaper]))
    const made = fare(['diff', 'beijing-bus', proposal, '--riders', '20', '--json'])
    expect(made.status).toBe(1)
    const [diff] = JSON.parse(made.stdout)
    expect(diff.total.dearer).toBeGreaterThan(0)
    expect(diff.total.cheaper).toBe(0)
    const list = join(folder, 'journeys.json')
    writeFileSync(list, journeys.replace('metro', 'bus'))
    const own = fare(['diff', 'beijing-bus', proposal, list, '--lang', 'zh'])
    expect(own.stdout).toContain('1 人多付')
    expect(fare(['diff', 'beijing-bus', 'beijing-bus', list]).status).toBe(0)
  })

  test('explain tells journeys of a file like quote, and asks a running network for a tap', () => {
    const explained = fare(['explain', '-', '--tariff', 'wuhan', '--lang', 'zh'], journeys)
    expect([explained.status, explained.stdout]).toEqual([0, expect.stringContaining('已核对')])
    expect(fare(['explain', '-'], journeys).stderr).toContain('--tariff')
    const tap = fare(['explain', '413100000001-1', '--port', '9'])
    expect([tap.status, tap.stderr]).toEqual([69, expect.stringContaining('npm start')])
    expect(fare(['explain', 'nothing']).status).toBe(65)
  })

  test('export writes a feed that quotes alike, and lists what does not fit', () => {
    const feed = join(folder, 'feed')
    const { status, stdout } = fare(['export', 'wuhan-bus', feed, '--json'])
    expect([status, JSON.parse(stdout).left]).toMatchObject([0, [{ id: 'senior' }]])
    const ride = {
      medium: 'card',
      legs: [{ route: 'bus', from: 'a', to: 'b', enter: '2026-11-21T08:00' }],
    }
    writeFileSync(join(feed, 'stops.txt'), 'stop_id,stop_name\na,A\nb,B\n')
    const quoted = fare(['quote', '-', '--tariff', feed, '--json'], JSON.stringify([ride]))
    expect(JSON.parse(quoted.stdout)).toMatchObject([{ ok: true, amount: 200 }])
    expect(fare(['export', 'wuhan-bus', feed]).stderr).toContain('feed')
    expect(fare(['schema']).stdout).toContain('unifare.tariff/1')
  })

  test('what is no tariff is refused with what there is', () => {
    const { status, stderr } = fare(['quote', '-', '--tariff', 'atlantis'], '[]')
    expect([status, stderr]).toEqual([65, expect.stringContaining('beijing')])
  })
})

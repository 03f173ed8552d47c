import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

  test('what is no tariff is refused with what there is', () => {
    const { status, stderr } = fare(['quote', '-', '--tariff', 'atlantis'], '[]')
    expect([status, stderr]).toEqual([65, expect.stringContaining('beijing')])
  })
})

import { createSeededRandom } from '@unifare/core'
import { describe, expect, test } from 'vitest'
import { nativeForms } from './card-tac-native.ts'
import { makeTacWork, ourTacs, ourVerdicts } from './card-tac-work.ts'
import { benchCard, describeCard } from './index.ts'
import { median, quantile, ratio, runRounds } from './rounds.ts'

const source = createSeededRandom('bench card')
const random = (length: number) => source.bytes(length)

describe.each(['3des', 'sm4'] as const)('TACs under %s', (algorithm) => {
  const work = makeTacWork({ algorithm, count: 400, random })
  const forms = nativeForms(work)

  test('every form of node:crypto makes our TACs', () => {
    expect(forms.length).toBeGreaterThanOrEqual(4)
    for (const form of forms) {
      expect(Buffer.compare(form.tacs(), ourTacs(work)), form.name).toBe(0)
    }
  })

  test('and refuses the wrong TACs that we refuse', () => {
    const ours = ourVerdicts(work)
    expect(new Set(ours)).toEqual(new Set([0, 1]))
    for (const form of forms) expect(form.verdicts(), form.name).toEqual(ours)
  })
})

describe('bench card', () => {
  test('reports ratios, rates and exits, at tiny counts', async () => {
    const lines: string[] = []
    const report = await benchCard({
      samples: 300,
      rounds: 1,
      exits: 20,
      tell: (line) => lines.push(line),
    })
    expect(report).toMatchObject({
      subject: 'card',
      samples: 300,
      exits: 20,
      store: 'typed tables, software keys',
      tac: { '3des': { compared: 300 }, sm4: { compared: 300 } },
    })
    const numbers = [report.ratio3des, report.ratioSm4, report.exitMedianUs, report.exitP99Us]
    expect(numbers.every((value) => value > 0)).toBe(true)
    expect(report.exitP99Us).toBeGreaterThanOrEqual(report.exitMedianUs)
    expect(Object.keys(report.tac['3des'].nativePerSecond)).toContain(
      report.tac['3des'].fastestNative,
    )
    expect(describeCard(report).join('\n')).toContain('300 random inputs')
    expect(lines.length).toBeGreaterThan(0)
  })
})

describe('rounds', () => {
  test('contenders take turns, the order turns around, and the first round is not counted', () => {
    const order: string[] = []
    const contender = (name: 'a' | 'b') => ({ name, round: () => void order.push(name) })
    const times = runRounds([contender('a'), contender('b')], { rounds: 2 })
    expect(order.join('')).toBe('ababba')
    expect([times.a.length, times.b.length]).toEqual([2, 2])
  })

  test('a ratio is the median of the ratios of the rounds', () => {
    expect(ratio([6, 10, 9], [2, 5, 1])).toBe(3)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(quantile([3, 1, 2], 0.99)).toBe(3)
  })
})

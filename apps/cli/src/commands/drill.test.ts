import { afterEach, expect, type Mock, test, vi } from 'vitest'
import { drill } from './drill.ts'

const printed: Mock<typeof process.stdout.write> = vi.spyOn(process.stdout, 'write')
afterEach(() => printed.mockReset())

const options = { seed: 'cli', times: 12, lang: 'zh' } as const

test('prints places before and after, and that their sums are equal', async () => {
  printed.mockReturnValue(true)
  expect(await drill('tear', options)).toBe(0)
  const text = printed.mock.calls.join('')
  expect(text).toMatch(/6000\.00 +\d+\.\d\d {2}卡内余额\n/)
  expect(text).toMatch(/ +6000\.00 +6000\.00 {2}合计: 相等\n$/)
})

test('prints one JSON document that repeats under its seed', async () => {
  printed.mockReturnValue(true)
  await drill('tear', { ...options, json: true })
  await drill('tear', { ...options, json: true })
  const [first, second] = printed.mock.calls.map(([text]) => JSON.parse(String(text)) as unknown)
  expect(first).toEqual(second)
  expect(first).toMatchObject({ drill: 'tear', seed: 'cli', equal: true })
})

test('names the drills that there are', async () => {
  await expect(drill('flood', options)).rejects.toThrow('there is: load, tear')
})

import {
  readComparison,
  readMonth,
  readRideQuote,
  readTariffDetail,
  readTariffList,
  type TariffEntry,
} from '@unifare/console'
import { UnifareError } from '@unifare/core'
import { planNetwork } from '@unifare/twin'
import { describe, expect, it } from 'vitest'
import { createTariffsApi } from './api-tariffs.ts'

const api = createTariffsApi(
  planNetwork({ seed: 'tariffs', day: '2026-11-21', operators: ['11011002', '15215212'] }),
)
api.onError((error, c) => {
  if (!(error instanceof UnifareError)) throw error
  return c.json({ code: error.code }, 422)
})

async function ask(path: string): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await api.request(`/api/tariffs${path}`)
  return { status: response.status, json: await response.json() }
}

const { tariffs: list } = readTariffList((await ask('')).json)

describe('the list of tariffs', () => {
  it("marks those of the running network's operators, and holds those of all other cities", () => {
    const running = list.filter((one) => one.running).map(({ id }) => id)
    expect(running).toEqual(['beijing-metro', 'wuhan-metro'])
    expect(list.length).toBeGreaterThan(25)
    expect(list.every(({ cityName }) => /\p{Script=Han}/u.test(cityName.zh))).toBe(true)
  })

  it('tells the lowest and the highest fare', () => {
    const find = (id: string) => list.find((one) => one.id === id) as TariffEntry
    expect(find('beijing-metro')).toMatchObject({ lowestFen: 300, highestFen: null })
    expect(find('shanghai-ferry')).toMatchObject({ lowestFen: 200, highestFen: 200 })
    // A taxi's meter has bounds, far beyond what is drawn.
    expect(find('nanjing-taxi').highestFen).toBeGreaterThan(10_000)
    expect(find('beijing-xijiao-line')).toMatchObject({ lowestFen: 300, highestFen: 400 })
  })
})

describe('one tariff', () => {
  it.each(list.map(({ id }) => id))(
    '%s: every source is told, every example priced',
    async (id) => {
      const detail = readTariffDetail((await ask(`/${id}`)).json)
      expect(detail.pictures.length).toBeGreaterThan(0)
      expect(detail.policies.every(({ source }) => detail.sources[source] !== undefined)).toBe(true)
      expect(detail.comparable).not.toContain(id)
      expect(detail.examples.length).toBeGreaterThan(1)
      for (const { quote } of detail.examples) {
        const parts = quote.ok ? quote.parts : []
        const sum = parts.reduce((total, { amountFen }) => total + amountFen, 0)
        expect(quote).toMatchObject({ ok: true, amountFen: sum })
      }
    },
  )

  it('that nobody publishes is refused', async () => {
    expect(await ask('/atlantis-metro')).toEqual({ status: 422, json: { code: 'fares.no-tariff' } })
  })
})

describe('a quoted ride', () => {
  const quote = async (query: string) =>
    readRideQuote((await ask(`/wuhan-metro/quote?${query}`)).json)

  it('goes by the distance told, the medium and where it was issued', async () => {
    const local = await quote('distanceM=8000&medium=card&issuer=local')
    expect(local).toMatchObject({ ok: true, amountFen: 270 })
    expect(await quote('distanceM=8000&medium=card&issuer=visitor')).toMatchObject({
      amountFen: 300,
    })
  })

  it('counts the month before it', async () => {
    const beijing = (monthFen: number) =>
      ask(`/beijing-metro/quote?distanceM=5000&monthFen=${monthFen}`)
    expect((await beijing(0)).json).toMatchObject({ amountFen: 300 })
    expect((await beijing(10_000)).json).toMatchObject({ amountFen: 240 })
  })

  it('is cheaper after a bus where the city says so', async () => {
    const after = (await ask('/shanghai-metro/quote?distanceM=5000&after=bus')).json
    expect(after).toMatchObject({ amountFen: 200 })
  })

  it.each(['distanceM=-1', 'distanceM=1e3', 'medium=coin', 'enter=24:00', 'after=horse', 'stops='])(
    'of %s is refused',
    async (query) => {
      expect((await ask(`/wuhan-metro/quote?${query}`)).status).toBe(422)
    },
  )
})

describe('a month of one ride', () => {
  const month = async (query: string) =>
    readMonth((await ask(`/beijing-metro/month?distanceM=20000&${query}`)).json)

  it('gets cheaper at each step of the month', async () => {
    const { faresFen, withoutPasses, baseFen, proved } = await month('rides=40')
    expect([faresFen[0], faresFen[20], faresFen[39]]).toEqual([500, 400, 250])
    expect(withoutPasses.totalFen).toBe(faresFen.reduce((sum, fen) => sum + fen, 0))
    expect([baseFen, proved]).toEqual([20_000, true])
  })

  it('is cheapest with passes where codes have no steps and rides are many', async () => {
    const { best, runnerUp, withoutPasses } = await month('rides=90&medium=code')
    expect(best.passes.length).toBeGreaterThan(0)
    expect(best.totalFen).toBeLessThan(withoutPasses.totalFen)
    expect(runnerUp?.totalFen).toBeGreaterThanOrEqual(best.totalFen)
  })

  it.each(['rides=0', 'rides=91', 'rides=x'])('of %s is refused', async (query) => {
    expect((await ask(`/beijing-metro/month?${query}`)).status).toBe(422)
  })
})

describe('a comparison', () => {
  it('of a tariff with itself changes nothing', async () => {
    const same = readComparison((await ask('/beijing-metro/diff?raiseFen=0')).json)
    expect(same.total).toMatchObject({ dearer: 0, cheaper: 0, changeFen: 0 })
    expect(same.after.version).toBe(2)
  })

  it('tells who pays more when every fare is one yuan higher; the same riders when asked again', async () => {
    const path = '/wuhan-bus/diff?raiseFen=100'
    const raised = readComparison((await ask(path)).json)
    expect(raised.riders.dearer).toBeGreaterThan(0)
    expect(raised.riders.cheaper).toBe(0)
    expect(raised.total.changeFen).toBeGreaterThan(0)
    expect((await ask(path)).json).toEqual(raised)
  })

  it("puts another city's tariff in the place: local riders stay local", async () => {
    const swapped = readComparison((await ask('/beijing-metro/diff?with=wuhan-metro')).json)
    expect(swapped.unpriced).toEqual({ before: 0, after: 0, both: 0 })
    const local = swapped.byMedium.find(({ name }) => name === 'card local')
    expect(local?.label).toEqual({ zh: '本地卡', en: 'card issued here' })
    expect(swapped.riders.cheaper).toBeGreaterThan(swapped.riders.dearer)
    expect(swapped.byDistance[1]?.label).toEqual({ zh: '4 – 8 公里', en: '4 – 8 km' })
  })

  it('takes a file: the tariff itself changes nothing, a changed one is compared and checked', async () => {
    const file = await (await api.request('/api/tariffs/wuhan-metro/file')).text()
    const post = async (body: string) => {
      const response = await api.request('/api/tariffs/wuhan-metro/diff', { method: 'POST', body })
      return { status: response.status, json: await response.json() }
    }
    expect(readComparison((await post(file)).json).total).toMatchObject({ dearer: 0, cheaper: 0 })
    const slip = file.replace('"amountFen": 200', '"amountFen": 2')
    const compared = readComparison((await post(slip)).json)
    expect(compared.findings.map(({ rule }) => rule)).toContain('unit.yuan')
    expect(compared.riders.dearer).toBe(0)
    expect(compared.riders.cheaper).toBeGreaterThan(0)
    expect(await post('{"format":')).toEqual({ status: 422, json: { code: 'fares.bad-tariff' } })
    expect((await post('[]')).json).toEqual({ code: 'fares.bad-tariff' })
    expect((await post(' '.repeat(400_001))).status).toBe(422)
  })

  it.each(['', 'with=atlantis', 'raiseFen=1.5', 'raiseFen=99999', 'raiseFen=-300'])(
    'with nothing to compare (%s) is refused',
    async (query) => {
      expect((await ask(`/wuhan-bus/diff?${query}`)).status).toBe(422)
    },
  )
})

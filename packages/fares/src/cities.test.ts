import { describe, expect, test } from 'vitest'
import { type AccountRide, type FareAccount, NEW_ACCOUNT, priceNext } from './account.ts'
import { type CompiledTariff, compileTariff } from './compile.ts'
import { amountOf, rideOn, tariffNamed, twoStations } from './fares.fixture.ts'
import type { StationNetwork } from './network.ts'
import type { Priced, Ride } from './ride.ts'

/** One worked example for every policy of a city (reference fares 2). Friday 20 November 2026. */
const at = (clock: string, day = 20) =>
  Date.parse(`2026-11-${String(day).padStart(2, '0')}T${clock}:00+08:00`)
const LOCAL = (tariff: CompiledTariff) => ({ institution: '', division: tariff.tariff.city })

function compiled(id: string, network?: StationNetwork): CompiledTariff {
  const tariff = tariffNamed(id)
  if (tariff.network === null) return compileTariff(tariff)
  return compileTariff(tariff, network ?? twoStations(tariff.network, 5_000))
}

/** From station 1 to 2 of the network, by local card, half an hour. */
function trip(city: CompiledTariff, clock: string, part: Partial<Ride> = {}): AccountRide {
  const [enter, exit] = [at(clock), at(clock) + 1_800_000]
  return rideOn(city.tariff, {
    medium: 'card',
    issuer: LOCAL(city),
    entry: { station: 1, at: enter },
    exit: { station: 2, at: exit },
    at: exit,
    ...part,
  })
}

/** One tap on a bus. */
function tap(city: CompiledTariff, clock: string, part: Partial<Ride> = {}): AccountRide {
  return rideOn(city.tariff, { medium: 'card', issuer: LOCAL(city), at: at(clock), ...part })
}

type Step = readonly [CompiledTariff, AccountRide]

/** Rides one after the other on one account. */
function rideAll(rides: readonly Step[]): Priced[] {
  let account: FareAccount = NEW_ACCOUNT
  return rides.map(([city, ride]) => {
    const next = priceNext(city, account, ride)
    account = next.account
    return next.priced
  })
}
const amounts = (...rides: readonly Step[]) => rideAll(rides).map(amountOf)
const alone = (city: CompiledTariff, ride: AccountRide) => amounts([city, ride])[0]

function named(id: string, ...names: readonly string[]): StationNetwork {
  const base = twoStations(id, 5_000)
  const stations = base.stations.map((station, index) => ({
    ...station,
    nameZh: names[index] ?? station.nameZh,
  }))
  return { ...base, stations }
}

describe('Beijing metro', () => {
  const metro = compiled('beijing-metro', named('beijing-metro', '沙河', '西单'))

  test.each([
    ['06:59', {}, 150],
    ['07:00', {}, 300],
    ['06:59', { medium: 'code' as const }, 150],
  ])('early bird: in at %s on a weekday at one of 25 stations', (clock, part, fen) => {
    expect(alone(metro, trip(metro, clock, part))).toBe(fen)
  })

  test('no early bird on Saturday, nor at another station, nor by monthly step on top', () => {
    const saturday = trip(metro, '06:30', {
      entry: { station: 1, at: at('06:30', 21) },
      exit: { station: 2, at: at('07:00', 21) },
      at: at('07:00', 21),
    })
    expect(alone(metro, saturday)).toBe(300)
    const back = trip(metro, '06:30')
    const { entry, exit } = back
    if (entry === undefined || exit === undefined) throw new Error('no ride')
    const other = { ...back, entry: { ...entry, station: 2 }, exit: { ...exit, station: 1 } }
    expect(alone(metro, other)).toBe(300)
    const month = { trips: 40, paidFen: 16_000, baseFen: 16_000 }
    const spent = { ...NEW_ACCOUNT, month: '2026-11', day: '2026-11-20', monthToDate: month }
    expect(amountOf(priceNext(metro, spent, trip(metro, '06:30')).priced)).toBe(150)
    expect(amountOf(priceNext(metro, spent, trip(metro, '08:30')).priced)).toBe(150)
    const first = { ...spent, monthToDate: { ...month, paidFen: 10_000 } }
    expect(amountOf(priceNext(metro, first, trip(metro, '06:30')).priced)).toBe(150)
    expect(amountOf(priceNext(metro, first, trip(metro, '08:30')).priced)).toBe(240)
  })

  test.each([
    [24, 2_000],
    [48, 3_000],
    [72, 4_000],
    [120, 7_000],
    [168, 9_000],
  ])('the pass of %i hours costs %i fen and makes rides free', (hours, priceFen) => {
    const pass = metro.tariff.passes?.find((one) => one.hours === hours)
    expect(pass?.priceFen).toBe(priceFen)
    const held = trip(metro, '08:00', { passes: [pass?.id ?? ''] })
    expect(alone(metro, held)).toBe(0)
  })

  test('children to 1.3 m free; overtime of 3 yuan after 4 hours', () => {
    expect(alone(metro, trip(metro, '08:00', { riderClass: 'child' }))).toBe(0)
    const stay = (seconds: number) =>
      trip(metro, '08:00', { exit: { station: 2, at: at('08:00') + seconds * 1000 } })
    expect(alone(metro, stay(14_400))).toBe(300)
    expect(alone(metro, stay(14_401))).toBe(600)
  })

  test('25 stations have the early bird', () => {
    const early = metro.tariff.discounts.find(({ id }) => id === 'early-bird')
    expect(new Set(early?.when.entryStations).size).toBe(25)
  })
})

describe('lines apart', () => {
  const over = (id: string, metres: number) => {
    const line = compiled(id)
    return alone(line, trip(line, '08:00', { distanceM: metres }))
  }
  test.each([
    ['beijing-capital-airport-line', 30_000, 2_500],
    ['beijing-daxing-airport-line', 19_999, 1_000],
    ['beijing-daxing-airport-line', 20_000, 1_000],
    ['beijing-daxing-airport-line', 20_001, 2_500],
    ['beijing-daxing-airport-line', 29_999, 2_500],
    ['beijing-daxing-airport-line', 30_000, 2_500],
    ['beijing-daxing-airport-line', 30_001, 3_500],
    ['beijing-daxing-airport-line', 900_000, 3_500],
    ['beijing-xijiao-line', 6_000, 300],
    ['beijing-xijiao-line', 6_001, 400],
    ['beijing-xijiao-line', 90_000, 400],
    ['guangzhou-apm', 3_000, 200],
    ['shanghai-maglev', 29_000, 4_000],
  ])('%s: %i m cost %i fen by card', (id, metres, fen) => {
    expect(over(id, metres)).toBe(fen)
  })

  test.each([
    [4_000, 600],
    [4_001, 900],
    [8_000, 900],
    [8_001, 1_200],
    [12_000, 1_200],
    [12_001, 1_500],
    [18_000, 1_500],
    [18_001, 1_800],
    [24_000, 1_800],
    [24_001, 2_100],
    [32_000, 2_100],
    [32_001, 2_400],
  ])('Shenzhen business car: three times the fare of %i m', (metres, fen) => {
    const car = compiled('shenzhen-metro-business', twoStations('shenzhen-metro', metres))
    expect(alone(car, trip(car, '08:00'))).toBe(fen)
  })

  test('airport lines do not count for the month of the network', () => {
    const line = compiled('beijing-capital-airport-line')
    expect([line.tariff.accumulation, line.tariff.account]).toEqual([[], undefined])
  })
})

describe('Shanghai', () => {
  const bus = compiled('shanghai-bus')
  const metro = compiled('shanghai-metro')

  test('bus, metro, bus: 1 yuan off within 120 minutes, in the metro, too', () => {
    const rides = [
      [bus, tap(bus, '08:00')],
      [metro, trip(metro, '10:00')],
      [bus, tap(bus, '12:30')],
      [bus, tap(bus, '14:31')],
    ] as const
    // 120 minutes to the minute; 120 after the exit; 121 after the tap before.
    expect(amounts(...rides)).toEqual([200, 200, 100, 200])
  })

  test('metro to metro is no transfer, nor is a ride by code', () => {
    expect(amounts([metro, trip(metro, '08:00')], [metro, trip(metro, '09:00')])).toEqual([
      300, 300,
    ])
    const code = { medium: 'code' as const }
    expect(amounts([bus, tap(bus, '08:00', code)], [bus, tap(bus, '08:30', code)])).toEqual([
      200, 200,
    ])
  })

  test('over the street at the railway station: one ride within 30 minutes, no second base fare', () => {
    const stations = [1, 2, 3].map((id) => ({
      id,
      nameZh: id === 2 ? '上海火车站' : `站${id}`,
      nameEn: `S${id}`,
    }))
    const line = { id: 1, nameZh: '一', nameEn: 'One', loop: false }
    const network: StationNetwork = {
      ...twoStations('shanghai-metro', 1),
      stations,
      lines: [{ ...line, stations: [1, 2, 3], metres: [5_000, 5_000] }],
    }
    const city = compiled('shanghai-metro', network)
    const on = (clock: string, from: number, to: number) =>
      [
        city,
        trip(city, clock, {
          entry: { station: from, at: at(clock) },
          exit: { station: to, at: at(clock) + 1_200_000 },
          at: at(clock) + 1_200_000,
        }),
      ] as const
    // 5 + 5 km in one ride cost 4 yuan.
    expect(amounts(on('08:00', 1, 2), on('08:50', 2, 3))).toEqual([300, 100])
    expect(amounts(on('08:00', 1, 2), on('08:51', 2, 3))).toEqual([300, 300])
    expect(amounts(on('08:00', 2, 1), on('08:50', 2, 3))).toEqual([300, 300])
  })

  test('both stations of the interchange have its name: out at one and in at the other', () => {
    const name = (id: number) => (id === 2 || id === 3 ? '上海火车站' : `站${id}`)
    const line = { nameZh: '一', nameEn: 'One', loop: false, metres: [5_000] }
    const network: StationNetwork = {
      ...twoStations('shanghai-metro', 1),
      stations: [1, 2, 3, 4].map((id) => ({ id, nameZh: name(id), nameEn: `S${id}` })),
      lines: [
        { ...line, id: 1, stations: [1, 2] },
        { ...line, id: 3, stations: [3, 4] },
      ],
      virtualTransfers: [{ from: 2, to: 3, metres: 0 }],
    }
    const city = compiled('shanghai-metro', network)
    const on = (clock: string, from: number, to: number) =>
      [
        city,
        trip(city, clock, {
          entry: { station: from, at: at(clock) },
          exit: { station: to, at: at(clock) + 1_200_000 },
          at: at(clock) + 1_200_000,
        }),
      ] as const
    expect(amounts(on('08:00', 1, 2), on('08:50', 3, 4))).toEqual([300, 100])
    expect(amounts(on('08:00', 4, 3), on('08:50', 2, 1))).toEqual([300, 100])
    expect(amounts(on('08:00', 1, 2), on('08:51', 3, 4))).toEqual([300, 300])
  })
})

describe('Guangzhou', () => {
  const bus = compiled('guangzhou-bus')
  const metro = compiled('guangzhou-metro', twoStations('guangzhou-metro', 24_000))

  test('bus and metro count together: the part from 80 to 200 yuan at 80%, above at 50%', () => {
    let account: FareAccount = NEW_ACCOUNT
    // 13 rides of 6 yuan are 78 yuan; a bus ride of 2 reaches 80 exactly.
    for (let ride = 0; ride < 13; ride++)
      account = priceNext(metro, account, trip(metro, '08:00')).account
    const busRide = priceNext(bus, account, tap(bus, '12:00'))
    expect(amountOf(busRide.priced)).toBe(200)
    account = busRide.account
    expect(account.monthToDate.baseFen).toBe(8_000)
    const after = priceNext(metro, account, trip(metro, '13:00'))
    expect(amountOf(after.priced)).toBe(480)
    const dear = { ...account, monthToDate: { trips: 40, paidFen: 17_500, baseFen: 19_800 } }
    // 2 yuan at 80%, 4 at 50%.
    expect(amountOf(priceNext(metro, dear, trip(metro, '13:00')).priced)).toBe(360)
  })

  test.each([
    ['student', 300],
    ['senior', 0],
    ['senior-60', 300],
    ['adult', 600],
  ])('%s pays %i fen of 6 yuan, certified here', (riderClass, fen) => {
    expect(alone(metro, trip(metro, '08:00', { riderClass }))).toBe(fen)
    const visitor = { riderClass, issuer: { institution: '', division: '110000' } }
    expect(alone(metro, trip(metro, '08:00', visitor))).toBe(600)
  })

  test.each([
    ['student', 100],
    ['senior', 0],
    ['senior-60', 100],
  ])('%s pays %i fen on the bus', (riderClass, fen) => {
    expect(alone(bus, tap(bus, '08:00', { riderClass }))).toBe(fen)
  })
})

describe('Shenzhen', () => {
  const bus = compiled('shenzhen-bus')
  const metro = compiled('shenzhen-metro')

  test('bus to metro within 90 minutes: 0.40 more off, on top of the 95%', () => {
    expect(amounts([bus, tap(bus, '08:00')], [metro, trip(metro, '09:30')])).toEqual([160, 245])
    expect(amounts([bus, tap(bus, '08:00')], [metro, trip(metro, '09:31')])).toEqual([160, 285])
    expect(amounts([metro, trip(metro, '08:00')], [metro, trip(metro, '09:00')])).toEqual([
      285, 285,
    ])
  })

  test.each([
    ['senior', 0],
    ['child', 150],
    ['student', 150],
  ])('%s pays %i fen of 3 yuan', (riderClass, fen) => {
    expect(alone(metro, trip(metro, '08:00', { riderClass }))).toBe(fen)
  })
})

describe('Wuhan', () => {
  const metro = compiled('wuhan-metro')
  const bus = compiled('wuhan-bus')
  const senior = { riderClass: 'senior' }

  test('a senior card rides free 730 times a year, bus and metro together, then by the card', () => {
    const used = (rides: number) => ({
      ...NEW_ACCOUNT,
      year: '2026',
      day: '2026-11-20',
      freeRidesUsed: { senior: rides },
    })
    expect(amountOf(priceNext(metro, used(0), trip(metro, '08:00', senior)).priced)).toBe(0)
    const last = priceNext(metro, used(729), trip(metro, '08:00', senior))
    expect([amountOf(last.priced), last.account.freeRidesUsed]).toEqual([0, { senior: 730 }])
    expect(amountOf(priceNext(metro, last.account, trip(metro, '09:00', senior)).priced)).toBe(270)
    expect(amountOf(priceNext(bus, last.account, tap(bus, '09:00', senior)).priced)).toBe(200)
    expect(amountOf(priceNext(bus, used(729), tap(bus, '09:00', senior)).priced)).toBe(0)
  })

  test('the published example: 17.15 km cost 5 yuan, 4.50 by local card', () => {
    const city = compiled('wuhan-metro', twoStations('wuhan-metro', 17_150))
    expect(alone(city, trip(city, '08:00', { medium: 'code' }))).toBe(500)
    expect(alone(city, trip(city, '08:00'))).toBe(450)
  })
})

describe.each([
  ['hangzhou-metro', 'senior-70', 150],
  // By local card 90% of 2 yuan.
  ['xian-metro', 'senior', 180],
])('%s: %s by the time of day', (id, riderClass, peakFen) => {
  const city = compiled(id)
  test.each([
    ['06:59', 0],
    ['07:00', peakFen],
    ['08:59', peakFen],
    ['09:00', 0],
    ['16:59', 0],
    ['17:00', peakFen],
    ['18:59', peakFen],
    ['19:00', 0],
  ])('in at %s: %i fen', (clock, fen) => {
    expect(alone(city, trip(city, clock, { riderClass }))).toBe(fen)
  })
})

test('Hangzhou: 60 to 69 half fare at any time', () => {
  const city = compiled('hangzhou-metro')
  expect(alone(city, trip(city, '08:00', { riderClass: 'senior-60' }))).toBe(150)
  expect(alone(city, trip(city, '12:00', { riderClass: 'senior-60' }))).toBe(150)
})

describe('Chongqing: one hour from the first tap', () => {
  const bus = compiled('chongqing-bus')
  const rail = compiled('chongqing-light-rail')
  const far = compiled('chongqing-light-rail', twoStations('chongqing-light-rail', 20_000))
  const on = (line: number) => ({ line })

  test('the second ride is free when not dearer and not above 2 yuan', () => {
    expect(amounts([bus, tap(bus, '08:00', on(1))], [bus, tap(bus, '09:00', on(2))])).toEqual([
      200, 0,
    ])
    expect(amounts([bus, tap(bus, '08:00', on(1))], [bus, tap(bus, '09:01', on(2))])).toEqual([
      200, 200,
    ])
  })

  test('a dearer one costs 2 yuan less, and has no 90%', () => {
    expect(amounts([bus, tap(bus, '08:00', on(1))], [far, trip(far, '08:30')])).toEqual([200, 300])
    expect(alone(far, trip(far, '08:30'))).toBe(450)
  })

  test('the third ride is none, and a ride by card from elsewhere is none', () => {
    const chain = ['08:00', '08:20', '08:40'].map(
      (clock, index) => [bus, tap(bus, clock, on(index + 1))] as const,
    )
    expect(amounts(...chain)).toEqual([200, 0, 200])
    const visitor = { issuer: { institution: '', division: '110000' } }
    expect(amounts([bus, tap(bus, '08:00', visitor)], [bus, tap(bus, '08:20', visitor)])).toEqual([
      200, 200,
    ])
  })

  test('on the same line only after 15 minutes', () => {
    const same = (clock: string) => [bus, tap(bus, clock, on(1))] as const
    expect(amounts(same('08:00'), same('08:14'))).toEqual([200, 200])
    expect(amounts(same('08:00'), same('08:15'))).toEqual([200, 0])
    expect(rail.tariff.account).toBe(bus.tariff.account)
  })
})

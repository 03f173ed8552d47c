import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exposure, lostMediumFen, populationExposure, prepaidFen } from './exposure.ts'

const MINUTE = 60
const HOUR = 3600
const inputs = {
  capFen: 200,
  validityS: 24 * HOUR,
  denyLatencyS: 15 * MINUTE,
  terminalOfflineS: 0,
  ridesPerHour: 4,
  accomplices: 10,
  terminalsInFreshness: 3,
}

describe('the worked figures of the reference', () => {
  test('a fare of 2 yuan, 4 rides an hour, denied within 15 minutes: 4 yuan', () => {
    expect(exposure(inputs)).toMatchObject({ onePhoneFen: 400, sharedAccountFen: 4_000 })
  })

  test('offline, 16 waking hours: 130 yuan; with a credential of 2 hours: 18 yuan', () => {
    const offline = { ...inputs, terminalOfflineS: 365 * 24 * HOUR }
    expect(exposure({ ...offline, validityS: 16 * HOUR }).onePhoneOfflineFen).toBe(13_000)
    expect(exposure({ ...offline, validityS: 2 * HOUR }).onePhoneOfflineFen).toBe(1_800)
  })

  test('a metro entry of 15 yuan: 30 yuan', () => {
    expect(exposure({ ...inputs, capFen: 1_500 }).onePhoneFen).toBe(3_000)
  })

  test('one code at n terminals costs n − 1 fares', () => {
    expect(exposure(inputs).sharedCodeFen).toBe(400)
    expect(exposure({ ...inputs, terminalsInFreshness: 0 }).sharedCodeFen).toBe(0)
  })

  test('a debt book of 30 million rides of 3 yuan a day', () => {
    expect(
      populationExposure({
        ridesPerDay: 30_000_000,
        fareFen: 300,
        newSharePpm: 44_000,
        newDefaultPpm: 10_000,
        newCollectedPpm: 600_000,
        advancedPpm: 20_000,
        repaidPpm: 970_000,
        repaidAfterDays: 5,
        writeOffDays: 90,
      }),
    ).toEqual({
      newRiderLossFenPerDay: 1_584_000,
      advancedFenPerDay: 180_000_000,
      outstandingFen: 1_359_000_000,
      lossFenPerDay: 5_400_000,
    })
  })
})

describe('lost and prepaid', () => {
  const lost = {
    balanceFen: 5_000,
    capFen: 200,
    ridesPerHour: 4,
    reportDelayS: HOUR,
    denyLatencyS: 15 * MINUTE,
  }

  test('a lost card costs at most its balance', () => {
    expect(lostMediumFen(lost)).toBe(1_000)
    expect(lostMediumFen({ ...lost, balanceFen: 300 })).toBe(300)
  })

  test('a prepaid credential costs what is beyond its reserve', () => {
    expect(prepaidFen({ uses: 5, capFen: 200, reservedFen: 1_000 })).toBe(0)
    expect(prepaidFen({ uses: 6, capFen: 200, reservedFen: 1_000 })).toBe(200)
  })
})

test('shorter validity and faster deny lists never cost more', () => {
  fc.assert(
    fc.property(
      fc.nat(100_000),
      fc.nat(100_000),
      fc.nat(100_000),
      (validityS, less, denyLatencyS) => {
        const longer = exposure({ ...inputs, validityS: validityS + less, denyLatencyS })
        const shorter = exposure({ ...inputs, validityS, denyLatencyS })
        expect(shorter.onePhoneFen).toBeLessThanOrEqual(longer.onePhoneFen)
        expect(shorter.onePhoneOfflineFen).toBeLessThanOrEqual(longer.onePhoneOfflineFen)
        expect(shorter.onePhoneFen).toBeLessThanOrEqual(shorter.onePhoneOfflineFen)
      },
    ),
  )
  expect(() => exposure({ ...inputs, capFen: -1 })).toThrow(TypeError)
})

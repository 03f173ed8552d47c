import type { ExposureClass, ExposureTerms } from '@unifare/console'
import type { Day } from '@unifare/core'
import { DEFAULT_CREDENTIALS, PEOPLE_TERMS } from '@unifare/issuer'
import { STALENESS } from '@unifare/terminal'

const HOUR_S = 3600

/**
 * Risk classes with what their credentials may do (reference reliability 10.4), and the largest
 * losses that the demonstration's terms allow for each.
 */
const CLASSES: readonly ExposureClass[] = [
  {
    id: 'standard',
    nameZh: '标准',
    nameEn: 'Standard',
    values: {
      capFen: DEFAULT_CREDENTIALS.capFen,
      validityS: DEFAULT_CREDENTIALS.authorisationS,
    },
    limitsFen: {
      onePhone: 10_000,
      onePhoneOffline: 300_000,
      sharedAccount: 100_000,
      sharedCode: 15_000,
    },
  },
  {
    id: 'new',
    nameZh: '新用户，有代扣协议',
    nameEn: 'New, payment contract',
    values: { capFen: 1_000, validityS: 2 * HOUR_S },
    limitsFen: {
      onePhone: 3_000,
      onePhoneOffline: 10_000,
      sharedAccount: 30_000,
      sharedCode: 5_000,
    },
  },
  {
    id: 'prepaid',
    nameZh: '匿名预付',
    nameEn: 'Anonymous, prepaid',
    values: { capFen: 1_000, validityS: 2 * HOUR_S },
    limitsFen: {
      onePhone: 3_000,
      onePhoneOffline: 10_000,
      sharedAccount: 30_000,
      sharedCode: 5_000,
      prepaid: 3_000,
    },
  },
]

/**
 * What the network is configured with on a day, and assumptions for the rest: the worked figures
 * of reference reliability 10.3.
 */
export function exposureTerms(day: Day): ExposureTerms {
  const people = PEOPLE_TERMS.findLast(({ validFrom }) => validFrom <= day) ?? PEOPLE_TERMS[0]
  if (people === undefined) throw new TypeError('issuers have no terms for accounts')
  return {
    classes: CLASSES,
    values: {
      capFen: DEFAULT_CREDENTIALS.capFen,
      validityS: DEFAULT_CREDENTIALS.authorisationS,
      denyLatencyS: people.listPeriodS,
      terminalOfflineS: longestOfflineS(),
      ridesPerHour: people.ridesPerHour,
      accomplices: 10,
      terminalsInFreshness: 5,
      balanceFen: 10_000,
      reportDelayS: 6 * HOUR_S,
      uses: 3,
      reservedFen: people.reserveFen,
      ridesPerDay: 30_000_000,
      fareFen: 300,
      newSharePpm: 44_000,
      newDefaultPpm: 10_000,
      newCollectedPpm: 600_000,
      advancedPpm: 20_000,
      repaidPpm: 970_000,
      repaidAfterDays: 5,
      writeOffDays: 90,
    },
    configured: [
      'capFen',
      'validityS',
      'denyLatencyS',
      'terminalOfflineS',
      'ridesPerHour',
      'reservedFen',
    ],
    limitsFen: {
      lostMedium: 20_000,
      prepaid: 10_000,
      newRiders: 5_000_000,
      debtBook: 2_000_000_000,
      lossPerDay: 10_000_000,
    },
    listAges: STALENESS.map(({ upToMs, codes, companions, usesMax, alarm }) => ({
      upToS: bounded(upToMs / 1000),
      codes,
      companions,
      usesMax: bounded(usesMax),
      alarm,
    })),
  }
}

/** The oldest lists with which a terminal still takes any code. */
function longestOfflineS(): number {
  const taking = STALENESS.filter(({ codes }) => codes !== 'none')
  return Math.max(...taking.map(({ upToMs }) => upToMs)) / 1000
}

function bounded(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

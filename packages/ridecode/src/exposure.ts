import type { Fen } from '@unifare/core'

/**
 * What offline acceptance can cost, in numbers (reference reliability 10.2). Times are seconds,
 * money is fen, shares are millionths; every product is rounded up, so that no loss is told too
 * small.
 */
export interface ExposureInputs {
  /** F: highest fare of one use, as signed into the credential. */
  readonly capFen: Fen
  /** V: how long a credential is good. */
  readonly validityS: number
  /** L: from the first ride whose payment fails to its entry on every deny list. */
  readonly denyLatencyS: number
  /** O: longest time that a terminal stays offline; its deny list is as old as that. */
  readonly terminalOfflineS: number
  /** r: rides that one person can take in an hour. */
  readonly ridesPerHour: number
  /** m: accomplices who share one account. */
  readonly accomplices: number
  /** n: terminals that one displayed code can reach while it is fresh. */
  readonly terminalsInFreshness: number
}

/** The largest losses that the configured limits leave, each with its formula. */
export interface Exposure {
  /** E₁ = F·(1 + r·min(V, L)): one phone that will not pay, terminals online. */
  readonly onePhoneFen: Fen
  /** The same at terminals that stay offline: only V helps, or O where that is shorter. */
  readonly onePhoneOfflineFen: Fen
  /** E_m = m·E₁: one account shared. */
  readonly sharedAccountFen: Fen
  /** (n − 1)·F: one code at many terminals; one of them is charged. */
  readonly sharedCodeFen: Fen
}

const HOUR_S = 3600
const MILLION = 1_000_000

/** The largest losses under these limits. Throws a `TypeError` for numbers below 0. */
export function exposure(inputs: ExposureInputs): Exposure {
  const { capFen, validityS, denyLatencyS, terminalOfflineS, accomplices } = inputs
  for (const [name, value] of Object.entries(inputs)) {
    if (!(value >= 0)) throw new TypeError(`${name} is ${value}, a number from 0 is needed`)
  }
  const uses = (windowS: number) => 1 + Math.ceil((inputs.ridesPerHour * windowS) / HOUR_S)
  const onePhoneFen = capFen * uses(Math.min(validityS, denyLatencyS))
  return {
    onePhoneFen,
    onePhoneOfflineFen: capFen * uses(Math.min(validityS, denyLatencyS + terminalOfflineS)),
    sharedAccountFen: accomplices * onePhoneFen,
    sharedCodeFen: Math.max(0, inputs.terminalsInFreshness - 1) * capFen,
  }
}

/** Loss of a lost medium whose owner reports it: never more than what it holds. */
export function lostMediumFen(lost: {
  readonly balanceFen: Fen
  readonly capFen: Fen
  readonly ridesPerHour: number
  readonly reportDelayS: number
  readonly denyLatencyS: number
}): Fen {
  const { balanceFen, capFen, ridesPerHour, reportDelayS, denyLatencyS } = lost
  const uses = Math.ceil((ridesPerHour * (reportDelayS + denyLatencyS)) / HOUR_S)
  return Math.min(balanceFen, capFen * uses)
}

/** Prepaid: E = max(0, uses·F − B), B being what the centre reserved for the credential. */
export function prepaidFen(prepaid: {
  readonly uses: number
  readonly capFen: Fen
  readonly reservedFen: Fen
}): Fen {
  return Math.max(0, prepaid.uses * prepaid.capFen - prepaid.reservedFen)
}

/** What a whole population costs: first rides that are never paid, and advances that are not. */
export interface PopulationInputs {
  readonly ridesPerDay: number
  readonly fareFen: Fen
  /** s_new, q, ρ: share of first-seen riders, of those who never pay, of debts collected later. */
  readonly newSharePpm: number
  readonly newDefaultPpm: number
  readonly newCollectedPpm: number
  /** a, p, d, w: fares advanced, share repaid, days until then, days to the write-off. */
  readonly advancedPpm: number
  readonly repaidPpm: number
  readonly repaidAfterDays: number
  readonly writeOffDays: number
}

/** Money a day, and money outstanding, whole fen rounded up. */
export interface PopulationExposure {
  readonly newRiderLossFenPerDay: Fen
  readonly advancedFenPerDay: Fen
  /** Debt book: a·(p·d + (1 − p)·w). */
  readonly outstandingFen: Fen
  /** a·(1 − p). */
  readonly lossFenPerDay: Fen
}

/** Exposure of a population (reference reliability 10.2, 6 and 7). */
export function populationExposure(inputs: PopulationInputs): PopulationExposure {
  const turnoverFen = inputs.ridesPerDay * inputs.fareFen
  const advanced = shareUp(turnoverFen, inputs.advancedPpm)
  const lost = shareUp(advanced, MILLION - inputs.repaidPpm)
  const repaid = advanced - lost
  const unpaid = shareUp(shareUp(turnoverFen, inputs.newSharePpm), inputs.newDefaultPpm)
  return {
    newRiderLossFenPerDay: shareUp(unpaid, MILLION - inputs.newCollectedPpm),
    advancedFenPerDay: advanced,
    outstandingFen: repaid * inputs.repaidAfterDays + lost * inputs.writeOffDays,
    lossFenPerDay: lost,
  }
}

/** A share of an amount, rounded up; exact beyond the safe range, too. */
function shareUp(amountFen: Fen, ppm: number): Fen {
  const product = BigInt(Math.ceil(amountFen)) * BigInt(ppm)
  return Number((product + BigInt(MILLION) - 1n) / BigInt(MILLION))
}

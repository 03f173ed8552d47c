import { type Fen, sumFen } from '@unifare/core'

/** A place where money of riders can be, before and after a drill. */
export interface MoneyPlace {
  readonly en: string
  readonly zh: string
  readonly beforeFen: Fen
  readonly afterFen: Fen
}

/** A place of a drill. */
export function place(en: string, zh: string, beforeFen: Fen, afterFen: Fen): MoneyPlace {
  return { en, zh, beforeFen, afterFen }
}

/** Two figures that must be the same, from two places that do not know of each other. */
export interface DrillCheck {
  readonly en: string
  readonly zh: string
  readonly leftFen: Fen
  readonly rightFen: Fen
}

/** What a drill did and where the money is now. */
export interface DrillReport {
  readonly drill: string
  readonly seed: string
  /** How often what happened. */
  readonly happened: Readonly<Record<string, number>>
  readonly places: readonly MoneyPlace[]
  readonly beforeFen: Fen
  readonly afterFen: Fen
  /** Part of the sum after that is nobody's yet: it waits in a named account for a proof. */
  readonly suspenseFen: Fen
  readonly checks: readonly DrillCheck[]
  /** Whether no fen was lost or made, and all checks hold. */
  readonly equal: boolean
}

/** Adds the places up. */
export function drillReport(
  drill: Omit<DrillReport, 'beforeFen' | 'afterFen' | 'equal'>,
): DrillReport {
  const beforeFen = sumFen(drill.places.map((place) => place.beforeFen))
  const afterFen = sumFen(drill.places.map((place) => place.afterFen))
  const held = drill.checks.every(({ leftFen, rightFen }) => leftFen === rightFen)
  return { ...drill, beforeFen, afterFen, equal: held && beforeFen === afterFen }
}

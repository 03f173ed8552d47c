import { agreesWithTables } from './des-lane-self-test.ts'
import { type DesLanes, openDesLanes } from './des-lanes.ts'

/** Lanes of all columns, since calls never nest; null where the tables have to do. */
let ready: DesLanes | null | undefined

/** The lanes, tested when they are asked for first; undefined where the tables have to do. */
export function readyLanes(): DesLanes | undefined {
  if (ready === undefined) ready = testedLanes(openDesLanes) ?? null
  return ready ?? undefined
}

/**
 * Lanes that gave known answers and the tables' ones; undefined where vectors of 128 bits are
 * missing or an answer differs.
 */
export function testedLanes(open: () => DesLanes): DesLanes | undefined {
  try {
    const lanes = open()
    return agreesWithTables(lanes) ? lanes : undefined
  } catch {
    return undefined
  }
}

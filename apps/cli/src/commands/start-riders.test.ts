import { planNetwork, writeScript } from '@unifare/twin'
import { describe, expect, it } from 'vitest'
import { LADDER_RIDERS, tellRiders } from './start-riders.ts'

describe('riders of a start', () => {
  it('are as many as the help says at least, whatever is asked for', () => {
    const plan = planNetwork({ seed: 'riders', day: '2026-11-20' })
    const riding = (riders: number) => writeScript(plan, { riders }).riders.length
    expect([riding(1), riding(LADDER_RIDERS + 1)]).toEqual([LADDER_RIDERS, LADDER_RIDERS + 1])
  })

  it('are told where more ride than were asked for', () => {
    expect(tellRiders(10, 45)).toMatch(/^45 riders ride, not 10: .* · .*共 45 名$/)
    expect(tellRiders(45, 45)).toBeUndefined()
  })
})

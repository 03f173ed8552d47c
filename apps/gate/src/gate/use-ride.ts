import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { EngineClient } from '../capture/engine-client.ts'
import { noteShown } from '../capture/timings.ts'
import type { GateEvent, Presented } from '../engine/protocol.ts'
import { decided, elapsed, type GateForm, overdue, READY, type Ride, sensed } from './ride.ts'

const TICK_MS = 100

/** The ride at the gate, moved by decisions, sensors and time. */
export interface RideControl {
  readonly ride: Ride
  /** The same, for who asks between two pictures. */
  readonly current: () => Ride
  readonly present: (presented: Presented) => void
  readonly sense: (event: GateEvent) => void
}

/** Keeps the ride of a gate; tells the terminal what its sensors saw. */
export function useRide(engine: EngineClient, form: GateForm): RideControl {
  const [ride, setRide] = useState<Ride>(READY)
  const latest = useRef<Ride>(READY)
  const timing = useRef<Presented | null>(null)

  const move = useCallback((next: Ride) => {
    if (next === latest.current) return
    latest.current = next
    setRide(next)
  }, [])
  const sense = useCallback(
    (event: GateEvent) => {
      const before = latest.current
      const next = sensed(before, event, performance.now())
      if (next === before || next.state === 'ready') return
      engine.ask({ do: 'event', sequence: next.decision.sequence, event })
      move(next)
    },
    [engine, move],
  )
  const present = useCallback(
    (presented: Presented) => {
      timing.current = presented
      move(decided(presented, form, performance.now()))
    },
    [form, move],
  )
  useEffect(() => {
    const timer = setInterval(() => {
      const at = performance.now()
      const event = overdue(latest.current, at)
      if (event !== undefined) sense(event)
      move(elapsed(latest.current, at))
    }, TICK_MS)
    return () => clearInterval(timer)
  }, [move, sense])
  useEffect(() => {
    const shown = timing.current
    timing.current = null
    if (shown !== null) noteShown(shown.times, shown.decision.ok)
  }, [ride])
  return { ride, current: () => latest.current, present, sense }
}

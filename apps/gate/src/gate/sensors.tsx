import { useText } from '@unifare/language'
import type { GateEvent } from '../engine/protocol.ts'
import { sensorTexts } from '../i18n/texts.ts'
import type { Ride } from './ride.ts'

const EVENTS = ['released', 'passed', 'timed-out'] as const satisfies readonly GateEvent[]
/** Keys of a keyboard, or of a box of switches that behaves like one. */
const KEYS: Readonly<Record<GateEvent, string>> = { released: '1', passed: '2', 'timed-out': '3' }

/** The event of a key; undefined for every other. */
export function eventOfKey(key: string): GateEvent | undefined {
  return EVENTS.find((event) => KEYS[event] === key)
}

/** The gate's sensors as buttons; `accepted` is the terminal's own word and only lights up. */
export function Sensors({
  ride,
  onEvent,
}: {
  readonly ride: Ride
  readonly onEvent: (event: GateEvent) => void
}) {
  const text = useText()
  const waits = ride.state === 'accepted' || ride.state === 'released'
  return (
    <div class="sensors">
      <output class={ride.state === 'accepted' ? 'sensor lit' : 'sensor'}>
        {text(sensorTexts.accepted)}
      </output>
      {EVENTS.map((event) => (
        <button
          type="button"
          class={ride.state === event ? 'sensor lit' : 'sensor'}
          disabled={!waits || ride.state === event}
          aria-keyshortcuts={KEYS[event]}
          onClick={() => onEvent(event)}
        >
          {text(sensorTexts[event])} <kbd>{KEYS[event]}</kbd>
        </button>
      ))}
    </div>
  )
}

import { useLanguage, useText } from '@unifare/language'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Facing } from '../capture/camera.ts'
import type { EngineClient } from '../capture/engine-client.ts'
import type { Voice } from '../capture/voice.ts'
import type { EngineState } from '../engine/protocol.ts'
import { placeName } from '../i18n/place-names.ts'
import { modeTexts, roleTexts } from '../i18n/texts.ts'
import { Display } from './display.tsx'
import { displayWords } from './display-words.ts'
import { takesNoCode } from './ride.ts'
import { eventOfKey, Sensors } from './sensors.tsx'
import { StatusStrip } from './status-strip.tsx'
import { Tools } from './tools.tsx'
import { useRide } from './use-ride.ts'
import { useVoice } from './use-voice.ts'
import { Viewfinder } from './viewfinder.tsx'

/** The gate at work: camera, display, sensors, and what staff look at. */
export function GateScreen({
  engine,
  voice,
  state,
}: {
  readonly engine: EngineClient
  readonly voice: Voice
  readonly state: EngineState & { readonly phase: 'serving' }
}) {
  const text = useText()
  const { language } = useLanguage()
  const { config, names } = state.enrolment
  const [facing, setFacing] = useState<Facing>('user')
  const [sound, setSound] = useState(true)
  const { ride, current, present, sense } = useRide(engine, config.gate ? 'metro' : 'bus')
  const words = displayWords(ride)
  useVoice({ voice, words, language, on: sound })
  const looks = useCallback(() => !takesNoCode(current()), [current])
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      const event = eventOfKey(key)
      if (event !== undefined && config.gate) sense(event)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [config.gate, sense])
  return (
    <main class="gate" data-ride={ride.state} data-tone={words.tone}>
      <header class="gate-head">
        <p>
          <b>{text(placeName({ ...config, ...names }))}</b>
          <span>{text({ zh: names.operatorZh, en: names.operatorEn })}</span>
          <span>
            {text(modeTexts[config.mode])} · {text(roleTexts[config.role])}
          </span>
        </p>
        <Tools
          waiting={state.status.waiting}
          sound={sound}
          onSound={() => setSound(!sound)}
          onFlip={() => setFacing(facing === 'user' ? 'environment' : 'user')}
          onLeave={() => engine.ask({ do: 'leave' })}
        />
      </header>
      <Viewfinder engine={engine} facing={facing} looks={looks} onPresented={present} />
      <Display words={words} />
      {config.gate && <Sensors ride={ride} onEvent={sense} />}
      <footer class="gate-foot">
        <StatusStrip status={state.status} />
        <span class="terminal">{config.terminal}</span>
      </footer>
    </main>
  )
}

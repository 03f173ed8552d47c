import { useText } from '@unifare/language'
import { useEffect, useState } from 'preact/hooks'
import type { EngineClient } from './capture/engine-client.ts'
import type { Voice } from './capture/voice.ts'
import type { EngineState } from './engine/protocol.ts'
import { GateScreen } from './gate/gate-screen.tsx'
import { texts } from './i18n/texts.ts'
import { SetupScreen } from './setup/setup-screen.tsx'

/** The gate page: whatever the engine says it is at. */
export function Page({ engine, voice }: { readonly engine: EngineClient; readonly voice: Voice }) {
  const text = useText()
  const [state, setState] = useState<EngineState>({ phase: 'opening' })
  useEffect(() => engine.onState(setState), [engine])
  switch (state.phase) {
    case 'opening':
      return <main class="message">{text(texts.opening)}</main>
    case 'elsewhere':
      return <main class="message">{text(texts.elsewhere)}</main>
    case 'failed':
      return (
        <main class="message">
          <p role="alert">
            {text(texts.failed)} <code>{state.code}</code>
          </p>
        </main>
      )
    case 'choosing':
      return (
        <SetupScreen
          members={state.members}
          trouble={state.trouble}
          onPlace={(place) => {
            // What a browser throws away under pressure is no journal.
            void navigator.storage?.persist?.()
            engine.ask({ do: 'enrol', place, code: enrolCode() })
          }}
        />
      )
    case 'serving':
      return <GateScreen engine={engine} voice={voice} state={state} />
  }
}

/** The code of the network's QR code, which lets a page become a terminal. */
function enrolCode(): string | null {
  return /#enrol=([0-9a-f]+)/.exec(location.hash)?.[1] ?? null
}

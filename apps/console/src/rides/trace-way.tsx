import { useText } from '@unifare/language'
import { rideTexts, stageTexts } from '../i18n/ride-texts.ts'
import type { TapTrace, TraceStage, TraceStep } from '../model.ts'
import type { TraceState } from '../state/use-trace.ts'
import { TraceStop } from './trace-stop.tsx'

const TRUNK = ['journal', 'operator', 'charge', 'verdict', 'ledger'] as const
const BRANCHES = ['statement-operator', 'statement-issuer'] as const

/** A tap's way, drawn as a line with five stops that forks to the two statements. */
export function TraceWay({
  state,
  refused,
}: {
  readonly state: TraceState
  readonly refused: boolean
}) {
  const t = useText()
  return (
    <section class="way" aria-labelledby="way-title" aria-busy={state.kind === 'loading'}>
      <h3 id="way-title">{t(rideTexts.way)}</h3>
      {state.kind === 'loading' && <p class="way-note">{t(rideTexts.wayLoading)}</p>}
      {state.kind === 'unknown' && <p class="way-note">{t(rideTexts.wayUnknown)}</p>}
      {state.kind === 'lost' && <p class="way-note">{t(rideTexts.wayLost)}</p>}
      {state.kind === 'trace' && <Line trace={state.trace} refused={refused} />}
    </section>
  )
}

function Line({ trace, refused }: { readonly trace: TapTrace; readonly refused: boolean }) {
  const t = useText()
  const stopOf = (stage: TraceStage) => stepOf(trace, stage) ?? unreached(stage)
  const missing = refused ? rideTexts.neverReached : rideTexts.notYet
  // A refused tap ends at its first stop that was not reached.
  const last = TRUNK.findIndex((stage) => !stopOf(stage).found)
  const trunk = refused && last >= 0 ? TRUNK.slice(0, last + 1) : TRUNK
  return (
    <>
      <ol class="stops">
        {trunk.map((stage) => (
          <TraceStop key={stage} step={stopOf(stage)} missing={t(missing)} />
        ))}
      </ol>
      {trunk.length === TRUNK.length && (
        <>
          <div class={`fork ${stopOf('statement-issuer').found ? '' : 'fork-missing'}`} />
          <ol class="stops branches">
            {BRANCHES.map((stage) => (
              <TraceStop key={stage} step={stopOf(stage)} missing={t(missing)} />
            ))}
          </ol>
        </>
      )}
    </>
  )
}

function stepOf({ steps }: TapTrace, stage: TraceStage): TraceStep | undefined {
  return steps.find(({ step }) => step === stage)
}

function unreached(stage: TraceStage): TraceStep {
  return { step: stage, found: false, ...stageTexts[stage], data: null }
}

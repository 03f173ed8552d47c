import { useText } from '@unifare/language'
import { formatSignedYuan } from '../format/money.ts'
import { factTexts, rideTexts, stageTexts } from '../i18n/ride-texts.ts'
import type { TraceStep } from '../model.ts'
import { HexView } from './hex-view.tsx'
import { journalBytes, postingsOf, stageFacts, withoutBytes } from './trace-facts.ts'

/** One stop of a tap's way: what it is called, what it tells, and what is stored there. */
export function TraceStop({
  step,
  missing,
}: {
  readonly step: TraceStep
  readonly missing: string
}) {
  const t = useText()
  return (
    <li class={step.found ? 'stop' : 'stop stop-missing'}>
      <div class="stop-head">
        <h4>{t(stageTexts[step.step])}</h4>
        {!step.found && <p class="faint">{missing}</p>}
        {step.found && step.step === 'ledger' && <p class="faint">{t(rideTexts.ledgerNote)}</p>}
      </div>
      {step.found && (
        <>
          <Facts step={step} />
          <details class="raw">
            <summary>{t(rideTexts.raw)}</summary>
            {step.step === 'journal' && <HexView hex={journalBytes(step.data)} />}
            <pre tabIndex={0}>{JSON.stringify(withoutBytes(step), null, 2)}</pre>
          </details>
        </>
      )}
    </li>
  )
}

function Facts({ step }: { readonly step: TraceStep }) {
  const t = useText()
  const postings = step.step === 'ledger' ? postingsOf(step.data) : []
  return (
    <dl class="facts">
      {stageFacts(step).map(({ label, value }) => (
        <div key={label}>
          <dt>{t(factTexts[label])}</dt>
          <dd>{typeof value === 'string' ? value : t(value)}</dd>
        </div>
      ))}
      {postings.map(({ account, amountFen }) => (
        <div key={account}>
          <dt class="account">{account}</dt>
          <dd>{formatSignedYuan(amountFen)}</dd>
        </div>
      ))}
    </dl>
  )
}

import { useText } from '@unifare/language'
import { formatClock, partOfDay } from '../format/time.ts'
import { shellTexts } from '../i18n/shell-texts.ts'
import type { Overview } from '../model.ts'
import { LanguageSwitch } from './language-switch.tsx'
import { Mark } from './mark.tsx'
import { PhaseSteps } from './phase-steps.tsx'

/** Product, day, clock, phase, language; its lower edge is the business day as a line. */
export function Header({ overview }: { readonly overview: Overview | null }) {
  const t = useText()
  return (
    <header class="ink header">
      <h1 class="brand">
        <Mark />
        <span class="brand-name">Unifare</span>
        <span class="brand-line">{t(shellTexts.tagline)}</span>
      </h1>
      {overview !== null && <PhaseSteps phase={overview.phase} />}
      {overview !== null && <DayClock overview={overview} />}
      <LanguageSwitch />
      {overview !== null && <DayLine overview={overview} />}
    </header>
  )
}

function DayClock({ overview: { day, phase, at } }: { readonly overview: Overview }) {
  const t = useText()
  return (
    <dl class="clock">
      <div>
        <dt>{t(shellTexts.businessDay)}</dt>
        <dd>
          <time dateTime={day}>{day}</time>
        </dd>
      </div>
      <div>
        <dt>
          {t(shellTexts.clock)} · {t(shellTexts.clockNote)}
        </dt>
        <dd class="clock-time">{phase === 'preparing' ? '--:--' : formatClock(at)}</dd>
      </div>
    </dl>
  )
}

function DayLine({ overview: { day, at, phase } }: { readonly overview: Overview }) {
  const t = useText()
  const part = phase === 'riding' ? partOfDay(day, at) : phase === 'preparing' ? 0 : 1
  return (
    <div
      class="dayline"
      role="progressbar"
      aria-label={t(shellTexts.dayPassed)}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
    >
      <i style={{ transform: `scaleX(${part})` }} />
    </div>
  )
}

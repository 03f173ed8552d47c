import { useText } from '@unifare/language'
import { useId } from 'preact/hooks'
import { exposureTexts, inputTexts, unitTexts } from '../i18n/exposure-texts.ts'
import type { ExposureInput } from '../model-exposure.ts'
import { fromUnit, inputRanges, inUnit } from './inputs.ts'

/** One symbol: what it means, a slider, a number, and where its first value comes from. */
export function ValueField({
  input,
  value,
  origin,
  onChange,
}: {
  readonly input: ExposureInput
  readonly value: number
  readonly origin: 'configured' | 'assumed' | 'changed'
  readonly onChange: (value: number) => void
}) {
  const t = useText()
  const id = useId()
  const { symbol, unit, min, max, step } = inputRanges[input]
  const shown = inUnit(input, value)
  const change = (event: { readonly currentTarget: HTMLInputElement }) => {
    const typed = event.currentTarget.valueAsNumber
    // An emptied field is no number yet.
    if (!Number.isNaN(typed)) onChange(fromUnit(input, typed))
  }
  const range = { min, max, value: shown }
  return (
    <div class="field">
      <label for={id}>
        <var>{symbol}</var> {t(inputTexts[input])}
      </label>
      <span class={`origin origin-${origin}`}>{t(exposureTexts[origin])}</span>
      <input
        type="range"
        {...range}
        step={step}
        aria-label={t(inputTexts[input])}
        onInput={change}
      />
      <span class="field-number">
        <input id={id} type="number" inputMode="decimal" step="any" {...range} onChange={change} />
        <span class="unit">{t(unitTexts[unit])}</span>
      </span>
    </div>
  )
}

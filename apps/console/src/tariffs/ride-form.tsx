import { type Text, useLanguage, useText } from '@unifare/language'
import type { ComponentChildren } from 'preact'
import { formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { FarePicture, RideQuery, TariffDetail } from '../model-tariffs.ts'
import { endOf, type Measure, measureOf, shownMeasure, withMeasure } from './measures.ts'

const MEASURE_NAMES = {
  distanceM: { name: tariffTexts.distance, unit: tariffTexts.km },
  minutes: { name: tariffTexts.minutes, unit: tariffTexts.min },
  stops: { name: tariffTexts.stops, unit: tariffTexts.stops },
} as const satisfies Record<Measure['field'], unknown>
const MONTH_MOST_YUAN = 500

interface FormProps {
  readonly detail: TariffDetail
  readonly query: RideQuery
  readonly onChange: (query: RideQuery) => void
}

/** What a ride is: how far, with what, by whom, when; only what this tariff asks for. */
export function RideForm({ detail, query, onChange }: FormProps) {
  const { language } = useLanguage()
  const t = useText()
  const set = (part: Partial<RideQuery>) => onChange({ ...query, ...part })
  const picture = detail.pictures[0]?.picture
  return (
    <form class="ride-form" onSubmit={(event) => event.preventDefault()}>
      <MeasureField picture={picture} query={query} onChange={onChange} />
      <Choices
        label={tariffTexts.medium}
        values={['card', 'code'] as const}
        value={query.medium}
        onChoose={(medium) => set({ medium })}
      />
      <Choices
        label={tariffTexts.issuer}
        values={['local', 'visitor'] as const}
        value={query.issuer}
        onChoose={(issuer) => set({ issuer })}
      />
      {detail.classes.length > 1 && (
        <SelectField
          label={tariffTexts.riderClass}
          value={query.riderClass}
          options={detail.classes.map(({ id, name }) => [id, name[language]])}
          onChoose={(riderClass) => set({ riderClass })}
        />
      )}
      <Labelled label={tariffTexts.enter}>
        <input
          type="time"
          value={query.enter}
          onChange={(event) => {
            const enter = event.currentTarget.value
            if (enter !== '') set({ enter })
          }}
        />
      </Labelled>
      {detail.changesFrom.length > 0 && (
        <SelectField
          label={tariffTexts.after}
          value={query.after}
          options={[
            ['', t(tariffTexts.none)],
            ...detail.changesFrom.map(({ mode, name }) => [mode, name[language]] as const),
          ]}
          onChoose={(after) => set({ after })}
        />
      )}
      {detail.hasMonth && (
        <Labelled label={tariffTexts.month} value={formatYuan(query.monthFen)}>
          <input
            type="range"
            min={0}
            max={MONTH_MOST_YUAN}
            step={5}
            value={query.monthFen / 100}
            onInput={(event) => set({ monthFen: event.currentTarget.valueAsNumber * 100 })}
          />
        </Labelled>
      )}
    </form>
  )
}

function MeasureField({
  picture,
  query,
  onChange,
}: Omit<FormProps, 'detail'> & { readonly picture: FarePicture | undefined }) {
  const t = useText()
  const measure = measureOf(picture)
  if (measure === undefined || picture === undefined) return null
  const shown = shownMeasure(query, measure)
  const { name, unit } = MEASURE_NAMES[measure.field]
  return (
    <Labelled label={name} value={`${shown} ${t(unit)}`}>
      <input
        type="range"
        min={measure.step}
        max={endOf([picture]) / measure.perShown}
        step={measure.step}
        value={shown}
        onInput={(event) =>
          onChange(withMeasure(query, measure, event.currentTarget.valueAsNumber))
        }
      />
    </Labelled>
  )
}

function SelectField({
  label,
  value,
  options,
  onChoose,
}: {
  readonly label: Text<string>
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly onChoose: (value: string) => void
}) {
  return (
    <Labelled label={label}>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {options.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </Labelled>
  )
}

function Labelled({
  label,
  value,
  children,
}: {
  readonly label: Text<string>
  readonly value?: string
  readonly children: ComponentChildren
}) {
  const t = useText()
  return (
    <label class="ride-field">
      <span>
        {t(label)} {value !== undefined && <b>{value}</b>}
      </span>
      {children}
    </label>
  )
}

function Choices<T extends 'card' | 'code' | 'local' | 'visitor'>({
  label,
  values,
  value,
  onChoose,
}: {
  readonly label: Text<string>
  readonly values: readonly T[]
  readonly value: T
  readonly onChoose: (value: T) => void
}) {
  const t = useText()
  return (
    <div class="ride-field">
      <span>{t(label)}</span>
      <div class="segments paper-segments" role="group" aria-label={t(label)}>
        {values.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === value}
            onClick={() => onChoose(one)}
          >
            {t(tariffTexts[one])}
          </button>
        ))}
      </div>
    </div>
  )
}

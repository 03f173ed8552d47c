import { useLanguage, useText } from '@unifare/language'
import { formatYuan } from '../format/money.ts'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import type { TariffEntry } from '../model-tariffs.ts'
import { useMedia } from '../state/use-media.ts'
import { Sparkline } from './sparkline.tsx'

interface ChoiceProps {
  readonly tariffs: readonly TariffEntry[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
}

/** All tariffs by city, each with its ladder in small; a plain list to choose from on a phone. */
export function TariffChoice(props: ChoiceProps) {
  const small = useMedia('(max-width: 900px)')
  return small ? <ChoiceField {...props} /> : <ChoiceList {...props} />
}

function byCity(tariffs: readonly TariffEntry[]): readonly (readonly TariffEntry[])[] {
  return [...new Set(tariffs.map(({ city }) => city))].map((city) =>
    tariffs.filter((one) => one.city === city),
  )
}

function ChoiceField({ tariffs, chosen, onChoose }: ChoiceProps) {
  const { language } = useLanguage()
  const t = useText()
  return (
    <label class="choice-field">
      <span>{t(tariffTexts.choose)}</span>
      <select value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
        {byCity(tariffs).map((group) => (
          <optgroup key={group[0]?.city} label={group[0]?.cityName[language] ?? ''}>
            {group.map(({ id, name, running }) => (
              <option key={id} value={id}>
                {name[language]}
                {running ? ` · ${t(tariffTexts.running)}` : ''}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  )
}

function ChoiceList({ tariffs, chosen, onChoose }: ChoiceProps) {
  const { language } = useLanguage()
  const t = useText()
  return (
    <nav class="choice" aria-label={t(tariffTexts.choose)}>
      {byCity(tariffs).map((group) => (
        <section key={group[0]?.city}>
          <h3>{group[0]?.cityName[language]}</h3>
          <ul>
            {group.map((tariff) => (
              <li key={tariff.id}>
                <button
                  type="button"
                  aria-pressed={tariff.id === chosen}
                  onClick={() => onChoose(tariff.id)}
                >
                  <Sparkline picture={tariff.picture} />
                  <span class="choice-name">
                    {tariff.name[language]}
                    {tariff.running && (
                      <>
                        <span class="running-dot" aria-hidden="true" />
                        <span class="unseen">{t(tariffTexts.running)}</span>
                      </>
                    )}
                  </span>
                  <span class="faint">{fareRange(tariff, t(tariffTexts.noBound))}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p class="choice-legend faint">
        <span class="running-dot" aria-hidden="true" /> {t(tariffTexts.running)}
      </p>
    </nav>
  )
}

/** The lowest and the highest fare of a tariff. */
export function fareRange(
  { lowestFen, highestFen }: Pick<TariffEntry, 'lowestFen' | 'highestFen'>,
  noBound: string,
): string {
  if (highestFen === lowestFen) return formatYuan(lowestFen)
  return `${formatYuan(lowestFen)} – ${highestFen === null ? noBound : formatYuan(highestFen)}`
}

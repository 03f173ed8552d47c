import { useText } from '@unifare/language'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import { readTariffList, type TariffEntry } from '../model-tariffs.ts'
import { Refused, Waiting } from '../shell/states.tsx'
import { useAnswer } from '../state/use-answer.ts'
import { goTo } from '../state/use-view.ts'
import { TariffChoice } from './tariff-choice.tsx'
import { TariffDetail } from './tariff-detail.tsx'

/** Tariffs of the running network and of other cities; the address names the one looked at. */
export function TariffsPage({
  parameters,
}: {
  readonly parameters: Readonly<Record<string, string>>
}) {
  const t = useText()
  const answer = useAnswer('/api/tariffs', readTariffList)
  switch (answer.kind) {
    case 'refused':
      return <Refused code={answer.code} detail={answer.detail} />
    case 'loading':
    case 'lost':
      return <Waiting lost={answer.kind === 'lost'} />
    case 'answer': {
      const { tariffs } = answer.value
      const id = parameters['tariff'] ?? featuredTariff(tariffs)
      const show = (next: Readonly<Record<string, string>>, replace: boolean) =>
        goTo({ page: 'tariffs', parameters: next }, { replace })
      return (
        <section class="sheet tariffs" aria-labelledby="tariffs-title">
          <div class="sheet-head">
            <h2 id="tariffs-title">{t(tariffTexts.title)}</h2>
            <p>{t(tariffTexts.lead)}</p>
          </div>
          <div class="tariffs-grid">
            <TariffChoice
              tariffs={tariffs}
              chosen={id}
              onChoose={(tariff) => show({ tariff }, false)}
            />
            <TariffDetail
              id={id}
              tariffs={tariffs}
              other={parameters['with'] ?? ''}
              onOther={(other) => show({ tariff: id, with: other }, true)}
            />
          </div>
        </section>
      )
    }
  }
}

/** The tariff worth showing unasked: a ladder of the running network. */
function featuredTariff(tariffs: readonly TariffEntry[]): string {
  const running = tariffs.filter((one) => one.running)
  const ladder = running.find(({ picture, modes }) => {
    return picture.kind === 'steps' && modes.includes('metro')
  })
  return (ladder ?? running[0] ?? tariffs[0])?.id ?? ''
}

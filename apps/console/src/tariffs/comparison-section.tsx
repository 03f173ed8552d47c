import { useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { tariffTexts } from '../i18n/tariff-texts.ts'
import { readComparison, type TariffDetail, type TariffEntry } from '../model-tariffs.ts'
import { useAnswer } from '../state/use-answer.ts'
import { ComparisonResult } from './comparison-result.tsx'
import { FileEditor } from './file-editor.tsx'

const PROPOSAL = 'proposal'
const FILE = 'file'
const RAISE_MOST_YUAN = 3

/** Another tariff in the place of this one, or a proposal: who would pay more, who less. */
export function ComparisonSection({
  detail,
  tariffs,
  other,
  onOther,
}: {
  readonly detail: TariffDetail
  readonly tariffs: readonly TariffEntry[]
  /** Id of the other tariff, `proposal`, `file`, or empty. */
  readonly other: string
  readonly onOther: (other: string) => void
}) {
  const { language } = useLanguage()
  const t = useText()
  const [raiseYuan, setRaiseYuan] = useState(1)
  const comparable = tariffs.filter(({ id }) => detail.comparable.includes(id))
  const [file, setFile] = useState<string>()
  const address =
    other === FILE && file === undefined ? null : addressOf(detail.id, other, raiseYuan)
  const answer = useAnswer(address, readComparison, { body: other === FILE ? file : undefined })
  return (
    <section class="tariff-part" aria-labelledby="compare-title">
      <h3 id="compare-title">{t(tariffTexts.compare)}</h3>
      <p class="faint">{t(tariffTexts.compareLead)}</p>
      <div class="compare-controls">
        <label class="ride-field">
          <span>{t(tariffTexts.compareWith)}</span>
          <select value={other} onChange={(event) => onOther(event.currentTarget.value)}>
            <option value="">{t(tariffTexts.nothing)}</option>
            <option value={PROPOSAL}>{t(tariffTexts.proposal)}</option>
            <option value={FILE}>{t(tariffTexts.ownFile)}</option>
            {comparable.map(({ id, name }) => (
              <option key={id} value={id}>
                {name[language]}
              </option>
            ))}
          </select>
        </label>
        {other === PROPOSAL && (
          <label class="ride-field">
            <span>
              {t(tariffTexts.raise)} <b>{signed(raiseYuan)}</b>
            </span>
            <input
              type="range"
              min={-RAISE_MOST_YUAN}
              max={RAISE_MOST_YUAN}
              step={0.1}
              value={raiseYuan}
              onInput={(event) => setRaiseYuan(event.currentTarget.valueAsNumber)}
            />
          </label>
        )}
      </div>
      {other === FILE && <FileEditor id={detail.id} onCompare={setFile} />}
      {address !== null && answer.kind === 'answer' && (
        <ComparisonResult detail={detail} comparison={answer.value} />
      )}
      {address !== null && answer.kind === 'refused' && (
        <p class="verdict verdict-bad" role="status">
          {answer.detail} <code>{answer.code}</code>
        </p>
      )}
      {address !== null && answer.kind === 'loading' && (
        <p role="status">{t(tariffTexts.comparing)}</p>
      )}
    </section>
  )
}

function addressOf(id: string, other: string, raiseYuan: number): string | null {
  const path = `/api/tariffs/${encodeURIComponent(id)}/diff`
  if (other === '') return null
  if (other === FILE) return path
  if (other === PROPOSAL) return `${path}?raiseFen=${Math.round(raiseYuan * 100)}`
  return `${path}?with=${encodeURIComponent(other)}`
}

function signed(yuan: number): string {
  return `${yuan > 0 ? '+' : yuan < 0 ? '−' : ''}${Math.abs(yuan).toFixed(2)}`
}

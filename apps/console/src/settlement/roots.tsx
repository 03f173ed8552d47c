import { useText } from '@unifare/language'
import { hexGroups } from '../format/names.ts'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import type { OverviewSettlement } from '../model.ts'

/** The day's root beside the root of its second run. */
export function Roots({ settlement }: { readonly settlement: OverviewSettlement }) {
  const t = useText()
  const same = settlement.root === settlement.rerunRoot
  return (
    <section class="roots" aria-labelledby="roots-title">
      <h3 id="roots-title">{t(settlementTexts.roots)}</h3>
      <p class="faint">{t(settlementTexts.rootsNote)}</p>
      <div class={same ? 'root-pair' : 'root-pair root-differs'}>
        <Root label={t(settlementTexts.root)} hex={settlement.root} />
        <p class="root-mark">
          <span aria-hidden="true">{same ? '=' : '≠'}</span>
          <span class="unseen">{t(same ? settlementTexts.same : settlementTexts.differs)}</span>
        </p>
        <Root label={t(settlementTexts.rerun)} hex={settlement.rerunRoot} />
      </div>
    </section>
  )
}

function Root({ label, hex }: { readonly label: string; readonly hex: string }) {
  return (
    <div class="root">
      <p>{label}</p>
      <code>
        {hexGroups(hex, 8).map((group, index) => (
          <span key={index}>{group}</span>
        ))}
      </code>
    </div>
  )
}

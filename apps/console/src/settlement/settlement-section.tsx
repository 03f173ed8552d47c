import { useText } from '@unifare/language'
import { settlementTexts } from '../i18n/settlement-texts.ts'
import type { Overview } from '../model.ts'
import { Nothing } from '../shell/states.tsx'
import { Matrix } from './matrix.tsx'
import { Members } from './members.tsx'
import { Roots } from './roots.tsx'
import { Stats } from './stats.tsx'
import { Tally } from './tally.tsx'

/** The day's settlement, or what it waits for. */
export function SettlementSection({ overview }: { readonly overview: Overview }) {
  const t = useText()
  const { settlement, phase, cities, refused } = overview
  const closing = phase === 'closing'
  return (
    <section class="sheet" id="settlement" aria-labelledby="settlement-title">
      <div class="sheet-head">
        <h2 id="settlement-title" tabIndex={-1}>
          {t(settlementTexts.title)}
        </h2>
        <p>{t(settlementTexts.lead)}</p>
      </div>
      {settlement === null ? (
        <Nothing
          title={t(closing ? settlementTexts.closing : settlementTexts.waiting)}
          next={t(closing ? settlementTexts.closingNext : settlementTexts.waitingNext)}
        />
      ) : (
        <>
          <Stats overview={overview} settlement={settlement} />
          <Roots settlement={settlement} />
          <Matrix settlement={settlement} cities={cities} />
          <div class="ledger-grid">
            <Members members={settlement.members} sumFen={settlement.sumFen} />
            <div class="tallies">
              <Tally
                title={t(settlementTexts.refusals)}
                list="reason"
                tally={refused}
                none={t(settlementTexts.refusedNone)}
              />
              <Tally
                title={t(settlementTexts.rejected)}
                list="verdict"
                tally={settlement.rejected}
                none={t(settlementTexts.rejectedNone)}
              />
            </div>
          </div>
        </>
      )}
    </section>
  )
}

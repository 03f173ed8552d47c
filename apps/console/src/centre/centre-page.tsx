import { type Text, useText } from '@unifare/language'
import type { ComponentChildren } from 'preact'
import { centreTexts } from '../i18n/centre-texts.ts'
import { type CentreBoard, readBoard } from '../model-centre.ts'
import { Nothing, Refused, Waiting } from '../shell/states.tsx'
import { useAnswer } from '../state/use-answer.ts'
import { type Attention, attentionOf } from './attention.ts'
import { HeldTable } from './held-table.tsx'
import { ItemList } from './item-list.tsx'
import { ReserveTable } from './reserve-table.tsx'
import { WindowList } from './window-list.tsx'

const ASK_EVERY_MS = 5_000

/** What the centre settles, and what there waits for somebody. */
export function CentrePage() {
  const answer = useAnswer('/api/readings/board', readBoard, { everyMs: ASK_EVERY_MS })
  switch (answer.kind) {
    case 'answer':
      return <Board board={answer.value} />
    case 'refused':
      return <Refused code={answer.code} detail={answer.detail} />
    case 'loading':
    case 'lost':
      return <Waiting lost={answer.kind === 'lost'} />
  }
}

function Board({ board }: { readonly board: CentreBoard }) {
  const t = useText()
  const { day, windows, reserves, items, held } = board
  return (
    <section class="sheet centre" aria-labelledby="centre-title">
      <div class="sheet-head">
        <h2 id="centre-title">{t(centreTexts.title)}</h2>
        <p>{t(centreTexts.lead)}</p>
        <p>{day === '' ? t(centreTexts.noDay) : t(centreTexts.upTo)(day)}</p>
      </div>
      <Waits waits={attentionOf(board)} />
      <Part id="windows" title={centreTexts.windows} lead={centreTexts.windowsLead}>
        {windows.length === 0 ? (
          <Nothing title={t(centreTexts.noWindows)} next={t(centreTexts.noWindowsNext)} />
        ) : (
          <WindowList windows={windows} day={day} />
        )}
      </Part>
      <Part id="items" title={centreTexts.items} lead={centreTexts.itemsLead}>
        {items.length === 0 ? (
          <Nothing title={t(centreTexts.noItems)} />
        ) : (
          <ItemList items={items} />
        )}
      </Part>
      <Part id="reserves" title={centreTexts.reserves} lead={centreTexts.reservesLead}>
        {reserves.length === 0 ? (
          <Nothing title={t(centreTexts.noReserves)} />
        ) : (
          <ReserveTable reserves={reserves} />
        )}
      </Part>
      <Part id="held" title={centreTexts.held} lead={centreTexts.heldLead}>
        {held.length === 0 ? <Nothing title={t(centreTexts.noHeld)} /> : <HeldTable held={held} />}
      </Part>
    </section>
  )
}

function Part({
  id,
  title,
  lead,
  children,
}: {
  readonly id: Attention['section']
  readonly title: Text<string>
  readonly lead: Text<string>
  readonly children: ComponentChildren
}) {
  const t = useText()
  return (
    <section class="centre-part" aria-labelledby={`centre-${id}`}>
      <h3 id={`centre-${id}`} tabIndex={-1}>
        {t(title)}
      </h3>
      <p class="faint">{t(lead)}</p>
      {children}
    </section>
  )
}

/** What waits, each a way to where it stands; says so when nothing does, too. */
function Waits({ waits }: { readonly waits: readonly Attention[] }) {
  const t = useText()
  if (waits.length === 0) {
    return (
      <div role="status" class="verdict verdict-ok">
        <p>
          <span aria-hidden="true">✓</span> {t(centreTexts.nothingWaits)}
        </p>
      </div>
    )
  }
  return (
    <div role="status" class="verdict verdict-bad">
      <p>
        <span aria-hidden="true">▲</span> {t(centreTexts.waits)(String(waits.length))}
      </p>
      <ul class="waits">
        {waits.map(({ kind, section, count }) => (
          <li key={kind}>
            <button
              type="button"
              class="quiet"
              onClick={() => document.getElementById(`centre-${section}`)?.focus()}
            >
              {t(centreTexts[kind])(String(count))}
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

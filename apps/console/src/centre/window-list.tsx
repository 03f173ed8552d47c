import { useText } from '@unifare/language'
import { formatYuan } from '../format/money.ts'
import { centreTexts } from '../i18n/centre-texts.ts'
import type { BoardWindow, WindowState } from '../model-centre.ts'
import { isDue } from './attention.ts'

/** The way of a window that is not given up. */
const STAGES = [
  ['OPEN', centreTexts.open],
  ['CLOSED', centreTexts.closed],
  ['PENDING', centreTexts.pending],
  ['SETTLED', centreTexts.settled],
] as const satisfies readonly (readonly [WindowState, unknown])[]

/** Settlement windows, the newest first, with how far each has come. */
export function WindowList({
  windows,
  day,
}: {
  readonly windows: readonly BoardWindow[]
  readonly day: string
}) {
  return (
    <ul class="windows">
      {windows.toReversed().map((window) => (
        <WindowRow key={window.window} window={window} due={isDue(window, day)} />
      ))}
    </ul>
  )
}

function WindowRow({ window, due }: { readonly window: BoardWindow; readonly due: boolean }) {
  const t = useText()
  const { state, stateText, valueDate, days, instructions, eventsHold } = window
  const paidFen = instructions.reduce((sum, { amountFen }) => sum + amountFen, 0)
  const dates = days.map((one) => (one.late ? `${one.day} (${t(centreTexts.late)})` : one.day))
  const facts = [
    [centreTexts.valueDate, valueDate || '–'],
    [centreTexts.days, dates.join(', ')],
    [
      centreTexts.payments,
      t(centreTexts.paymentsOf)(String(instructions.length), formatYuan(paidFen)),
    ],
  ] as const
  return (
    <li class={eventsHold && !due ? 'window' : 'window window-bad'}>
      <div class="window-name">
        <code>{window.window}</code>
        <strong>
          {state} · {t(stateText)}
        </strong>
      </div>
      <Stages state={state} />
      <dl>
        {facts.map(([label, value]) => (
          <div key={label.en}>
            <dt>{t(label)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Remarks window={window} due={due} />
    </li>
  )
}

/** Where a window stands between open and settled; one that was given up stands nowhere. */
function Stages({ state }: { readonly state: WindowState }) {
  const t = useText()
  const at = STAGES.findIndex(([one]) => one === state)
  return (
    <ol class={at < 0 ? 'stages stages-aborted' : 'stages'} aria-label={t(centreTexts.states)}>
      {STAGES.map(([one, text], index) => (
        <li
          key={one}
          class={index <= at ? 'stage-done' : ''}
          aria-current={index === at ? 'step' : undefined}
        >
          {t(text)}
        </li>
      ))}
    </ol>
  )
}

function Remarks({ window, due }: { readonly window: BoardWindow; readonly due: boolean }) {
  const t = useText()
  const { replaces, replacedBy, eventsHold } = window
  const faults = [!eventsHold && t(centreTexts.broken), due && t(centreTexts.due)]
  const ways = [
    replaces && t(centreTexts.replaces)(replaces),
    replacedBy && t(centreTexts.replacedBy)(replacedBy),
  ]
  return (
    <>
      {faults.filter(Boolean).map((fault) => (
        <p key={fault} class="fault">
          <span aria-hidden="true">▲</span> {fault}
        </p>
      ))}
      {ways.filter(Boolean).map((way) => (
        <p key={way} class="faint">
          {way}
        </p>
      ))}
    </>
  )
}

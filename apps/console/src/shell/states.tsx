import { useText } from '@unifare/language'
import { shellTexts } from '../i18n/shell-texts.ts'

/** Before the first answer: connecting, or nobody there. */
export function Waiting({ lost }: { readonly lost: boolean }) {
  const t = useText()
  return (
    <div class="ink waiting" role="status">
      <span class="waiting-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <p class="waiting-title">{t(lost ? shellTexts.unreachable : shellTexts.loading)}</p>
      {lost && <p>{t(shellTexts.unreachableNext)}</p>}
    </div>
  )
}

/** The network refuses what a page asks for: its words and its stable code. */
export function Refused({ code, detail }: { readonly code: string; readonly detail: string }) {
  const t = useText()
  return (
    <div class="sheet" role="status">
      <p class="nothing-title">{t(shellTexts.refused)}</p>
      <p>
        {detail} <code>{code}</code>
      </p>
    </div>
  )
}

/** An empty place, and what will fill it. */
export function Nothing({ title, next }: { readonly title: string; readonly next?: string }) {
  return (
    <div class="nothing">
      <p class="nothing-title">{title}</p>
      {next !== undefined && <p>{next}</p>}
    </div>
  )
}

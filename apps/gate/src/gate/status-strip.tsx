import { useText } from '@unifare/language'
import type { GateStatus } from '../engine/protocol.ts'
import { ageText } from '../i18n/place-names.ts'
import { qualityTexts, texts } from '../i18n/texts.ts'

/** What staff look at: network, age of the lists, waiting records, clock. */
export function StatusStrip({ status }: { readonly status: GateStatus }) {
  const text = useText()
  const { at, listsAt, stage, quality, waiting, online, trouble } = status
  const age = listsAt === 0 ? texts.never : ageText(at - listsAt)
  const network = online === null ? texts.connecting : online ? texts.online : texts.offline
  return (
    <ul class="status" data-waiting={waiting} data-stage={stage} data-online={String(online)}>
      <li class={online === false ? 'mark-warn' : 'mark-good'}>{text(network)}</li>
      <li class={stage === 'fresh' ? 'mark-good' : 'mark-warn'}>
        {text(texts.fresh)} {text(age)}
      </li>
      <li class={waiting > 0 ? 'mark-warn' : 'mark-good'}>
        {text({ zh: `待上传 ${waiting}`, en: `${waiting} waiting` })}
      </li>
      <li class={quality === 'unknown' ? 'mark-bad' : 'mark-good'}>
        {text(qualityTexts[quality])}
      </li>
      {trouble !== null && <li class="mark-bad">{trouble}</li>}
    </ul>
  )
}

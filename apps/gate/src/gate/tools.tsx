import { useLanguage, useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { texts } from '../i18n/texts.ts'

/** Staff's switches. A place with records that never travelled is left by two touches. */
export function Tools(options: {
  readonly waiting: number
  readonly sound: boolean
  readonly onSound: () => void
  readonly onFlip: () => void
  readonly onLeave: () => void
}) {
  const text = useText()
  const { language, choose } = useLanguage()
  const [asked, setAsked] = useState(false)
  const leave = () => (asked ? options.onLeave() : setAsked(true))
  return (
    <nav class="tools">
      <button type="button" aria-pressed={options.sound} onClick={options.onSound}>
        {text(texts.sound)}
      </button>
      <button type="button" onClick={options.onFlip}>
        {text(texts.cameraFlip)}
      </button>
      <button type="button" onClick={() => choose(language === 'zh' ? 'en' : 'zh')}>
        {text(texts.language)}
      </button>
      <button type="button" class={asked ? 'warn' : ''} onClick={leave}>
        {text(asked ? leaveQuestion(options.waiting) : texts.change)}
      </button>
    </nav>
  )
}

function leaveQuestion(waiting: number) {
  if (waiting === 0) return texts.changeSure
  return {
    zh: `${waiting} 条记录尚未上传，再点一次放弃`,
    en: `${waiting} records never sent: touch again to give them up`,
  }
}

import { useText } from '@unifare/language'
import { useState } from 'preact/hooks'
import { tariffTexts } from '../i18n/tariff-texts.ts'

/** A tariff as a file: opened, or begun from the one that is looked at, and changed by hand. */
export function FileEditor({
  id,
  onCompare,
}: {
  readonly id: string
  readonly onCompare: (text: string) => void
}) {
  const t = useText()
  const [text, setText] = useState('')
  const [lost, setLost] = useState(false)
  const begin = (load: () => Promise<string>) => {
    load().then(
      (loaded) => {
        setText(loaded)
        setLost(false)
      },
      () => setLost(true),
    )
  }
  return (
    <div class="file-editor">
      <div class="file-start">
        <button type="button" class="quiet" onClick={() => begin(() => fileOf(id))}>
          {t(tariffTexts.fileFromThis)}
        </button>
        <label class="quiet">
          {t(tariffTexts.fileOpen)}
          <input
            class="unseen"
            type="file"
            accept=".json,.yaml,.yml"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0]
              if (file !== undefined) begin(() => file.text())
            }}
          />
        </label>
      </div>
      {lost && <p role="status">{t(tariffTexts.fileLost)}</p>}
      <textarea
        rows={16}
        spellcheck={false}
        aria-label={t(tariffTexts.fileText)}
        placeholder={t(tariffTexts.fileText)}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button
        type="button"
        class="act"
        disabled={text.trim() === ''}
        onClick={() => onCompare(text)}
      >
        {t(tariffTexts.fileCompare)}
      </button>
    </div>
  )
}

async function fileOf(id: string): Promise<string> {
  const response = await fetch(`/api/tariffs/${encodeURIComponent(id)}/file`)
  if (!response.ok) throw new Error(`the network answered ${response.status}`)
  return response.text()
}

import type { Language } from '@unifare/language'
import { useEffect } from 'preact/hooks'
import type { Voice } from '../capture/voice.ts'
import type { DisplayWords } from './display-words.ts'

/** Lets people hear what the display shows, once for every change of it. */
export function useVoice(options: {
  readonly voice: Voice
  readonly words: DisplayWords
  readonly language: Language
  readonly on: boolean
}): void {
  const { voice, words, language, on } = options
  const { sound, spoken } = words
  const key = `${words.tone}/${words.head.en}/${words.amountFen}/${words.detail?.en}`
  useEffect(() => {
    if (on && sound !== null) voice.say(sound, spoken?.[language] ?? '', language)
    // The words are new objects at every picture; their content is what counts.
  }, [key])
}

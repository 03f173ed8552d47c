import { type Language, langAttribute } from '@unifare/language'

/** What the gate lets people hear. */
export interface Voice {
  /** Browsers let a page sound only after a touch: call it from one. */
  unlock(): void
  say(sound: Sound, words: string, language: Language): void
}

/** One high tone for go, two low ones for no, a short one for a mark. */
export type Sound = 'go' | 'no' | 'mark'

const TONES: Readonly<Record<Sound, readonly { hz: number; atS: number; lengthS: number }[]>> = {
  go: [{ hz: 1_320, atS: 0, lengthS: 0.16 }],
  no: [
    { hz: 330, atS: 0, lengthS: 0.16 },
    { hz: 330, atS: 0.24, lengthS: 0.22 },
  ],
  mark: [{ hz: 880, atS: 0, lengthS: 0.06 }],
}

/** Opens the gate's voice. */
export function createVoice(): Voice {
  let audio: AudioContext | undefined
  return {
    unlock() {
      audio ??= new AudioContext()
      if (audio.state === 'suspended') void audio.resume()
    },
    say(sound, words, language) {
      if (audio?.state === 'running') for (const tone of TONES[sound]) play(audio, tone)
      if (words === '' || !('speechSynthesis' in globalThis)) return
      speechSynthesis.cancel()
      const speech = new SpeechSynthesisUtterance(words)
      speech.lang = langAttribute[language]
      speech.rate = 1.15
      speechSynthesis.speak(speech)
    },
  }
}

function play(
  audio: AudioContext,
  { hz, atS, lengthS }: { hz: number; atS: number; lengthS: number },
): void {
  const from = audio.currentTime + atS
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.frequency.value = hz
  volume.gain.setValueAtTime(0.25, from)
  volume.gain.exponentialRampToValueAtTime(0.001, from + lengthS)
  tone.connect(volume).connect(audio.destination)
  tone.start(from)
  tone.stop(from + lengthS)
}

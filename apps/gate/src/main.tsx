import { LanguageProvider } from '@unifare/language'
import { render } from 'preact'
import { startEngine } from './capture/engine-client.ts'
import { createVoice } from './capture/voice.ts'
import { Page } from './page.tsx'

const root = document.getElementById('page')
if (root === null) throw new TypeError('index.html has no #page')
const engine = startEngine()
const voice = createVoice()
addEventListener('pointerdown', () => voice.unlock())
addEventListener('online', () => engine.ask({ do: 'network' }))
addEventListener('offline', () => engine.ask({ do: 'network' }))
// Without a service worker the page works, but does not start without network.
navigator.serviceWorker?.register('sw.js').catch(() => undefined)
render(
  <LanguageProvider>
    <Page engine={engine} voice={voice} />
  </LanguageProvider>,
  root,
)

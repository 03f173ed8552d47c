import { LanguageProvider } from '@unifare/language'
import { render } from 'preact'
import { Page } from './page.tsx'

const root = document.getElementById('page')
if (root === null) throw new TypeError('index.html has no #page')
render(
  <LanguageProvider>
    <Page />
  </LanguageProvider>,
  root,
)

import { LanguageProvider } from '@unifare/language'
import { render } from 'preact'
import { Page } from './page.tsx'
import { NoStore } from './screens/notice-screens.tsx'
import { AppContext } from './state/context.tsx'
import { takeWallet } from './state/only-here.ts'
import { createRiderApp } from './state/rider-app.ts'
import { createBrowserLink } from './wallet/browser-link.ts'
import { fetchMembers } from './wallet/members.ts'
import { PAGE_PLAN } from './wallet/port.ts'
import { openVault } from './wallet/vault.ts'

const root = document.getElementById('page')
if (root === null) throw new TypeError('index.html has no #page')
const page = root
const origin = location.origin

// A browser keeps nothing in private windows, and has no cryptography on plain addresses.
const vault = await openVault().catch(() => undefined)
if (vault === undefined) {
  render(
    <LanguageProvider name="unifare.rider.language">
      <NoStore />
    </LanguageProvider>,
    page,
  )
} else {
  const app = createRiderApp({
    vault,
    fetchMembers: () => fetchMembers(origin),
    link: createBrowserLink(origin),
    plan: PAGE_PLAN,
    deviceNow: Date.now,
  })
  takeWallet(() => app.standBack())
  render(
    <LanguageProvider name="unifare.rider.language">
      <AppContext.Provider value={app}>
        <Page origin={origin} />
      </AppContext.Provider>
    </LanguageProvider>,
    page,
  )
  // The code first; the network may come when it can.
  await app.load()
  await app.sync()
}
if ('serviceWorker' in navigator) {
  // A page that is served without its worker works online all the same.
  await navigator.serviceWorker.register('./sw.js', { scope: './' }).catch(() => undefined)
}

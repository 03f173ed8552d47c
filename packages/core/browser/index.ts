export { browserClock, browserRandom } from './browser-env.ts'
export { type BrowserStorage, openBrowserStorage } from './browser-storage.ts'

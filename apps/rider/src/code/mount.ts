import type { Instant } from '@unifare/core'
import type { Wallet, WalletState } from '@unifare/rider'
import { codeSymbol, drawSymbol, modulePixels, symbolPixels } from './symbol.ts'
import { holdScreen } from './wake-lock.ts'

/** A new code at least this often; terminals take each for its own validity. */
const REFRESH_MS = 60_000

/** What a code is made with, and who hears of it. */
export interface RideCodeOptions {
  /** Makes the codes, without network. */
  readonly wallet: Pick<Wallet, 'makeCode' | 'state'>
  /** Keeps the wallet's state on the device; a code is shown only after this has resolved. */
  readonly keep: (state: WalletState) => Promise<void>
  /** Whose code: the rider's (0, when not given), or a companion's from 1 on. */
  readonly companion?: number
  /** What a screen reader says of the picture. */
  readonly label: string
  /** The network's time; the device's unless told otherwise. */
  readonly now?: () => Instant
  /** A code is on the screen since this instant. */
  readonly onShown?: (at: Instant) => void
  /** No code could be made; the field is empty. The wallet's own codes, `wallet.…`. */
  readonly onFault?: (error: unknown) => void
}

/** A code on a page. */
export interface MountedRideCode {
  /** Shows a new code now. */
  refresh(): Promise<void>
  /** Says the picture in another language. */
  relabel(label: string): void
  /** Takes the code off the page and lets the screen sleep again. */
  close(): void
}

/**
 * Puts a ride code into an element of any page: a bright field with the QR symbol, renewed every
 * minute and whenever the page comes to the front, while the screen stays on. The element's width
 * is the code's width.
 */
export function mountRideCode(element: HTMLElement, options: RideCodeOptions): MountedRideCode {
  const { wallet, keep, companion = 0, now = Date.now, onShown, onFault } = options
  const canvas = document.createElement('canvas')
  canvas.className = 'ride-code'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', options.label)
  Object.assign(canvas.style, { display: 'block', background: '#fff', imageRendering: 'pixelated' })
  canvas.hidden = true
  element.append(canvas)
  const screen = holdScreen()
  let closed = false
  let last: Uint8Array | undefined
  let turn: Promise<void> = Promise.resolve()

  function draw(code: Uint8Array): void {
    const symbol = codeSymbol(code)
    const scale = window.devicePixelRatio
    const module = modulePixels(symbol.size, element.clientWidth * scale)
    const width = symbolPixels(symbol.size, module)
    canvas.width = width
    canvas.height = width
    Object.assign(canvas.style, { width: `${width / scale}px`, height: `${width / scale}px` })
    const pen = canvas.getContext('2d')
    if (pen !== null) drawSymbol(pen, symbol, module)
    canvas.hidden = false
  }

  async function show(): Promise<void> {
    if (closed) return
    try {
      const code = wallet.makeCode(companion)
      // Durable before visible: a code's second is never used again, whatever happens now.
      await keep(wallet.state())
      if (closed) return
      last = code
      draw(code)
      onShown?.(now())
    } catch (error) {
      canvas.hidden = true
      last = undefined
      onFault?.(error)
    }
  }
  const refresh = (): Promise<void> => {
    turn = turn.then(show)
    return turn
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') void refresh()
  }
  const resized = new ResizeObserver(() => {
    if (last !== undefined) draw(last)
  })
  resized.observe(element)
  document.addEventListener('visibilitychange', onVisible)
  const timer = setInterval(onVisible, REFRESH_MS)
  void refresh()
  return {
    refresh,
    relabel: (label) => canvas.setAttribute('aria-label', label),
    close() {
      closed = true
      clearInterval(timer)
      resized.disconnect()
      document.removeEventListener('visibilitychange', onVisible)
      screen.release()
      canvas.remove()
    },
  }
}

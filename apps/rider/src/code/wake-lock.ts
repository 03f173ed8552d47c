/** Keeps the screen on while a code is shown, where the browser can; it forgets when hidden. */
export function holdScreen(): { release(): void } {
  let lock: WakeLockSentinel | undefined
  let released = false
  async function hold(): Promise<void> {
    if (released || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    // Refused with a low battery: the code is shown all the same.
    lock = await navigator.wakeLock.request('screen').catch(() => undefined)
    if (released) await lock?.release()
  }
  const onVisible = () => void hold()
  document.addEventListener('visibilitychange', onVisible)
  void hold()
  return {
    release() {
      released = true
      document.removeEventListener('visibilitychange', onVisible)
      void lock?.release()
    },
  }
}

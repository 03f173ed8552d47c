const LOCK = 'unifare-rider-wallet'

/**
 * Takes the wallet for this tab. The newest tab has it: whoever had it before is told, and makes
 * no more codes, because two tabs could make two codes of one second.
 */
export function takeWallet(onTaken: () => void): void {
  if (!('locks' in navigator)) return
  navigator.locks
    .request(LOCK, { steal: true }, () => new Promise<void>(() => undefined))
    .catch(onTaken)
}

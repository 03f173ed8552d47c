/** An institution's name without the mark that the page's banner states once for all of them. */
export function shortName(name: string): string {
  return name.replace(/（模拟）$| \(simulated\)$/, '')
}

/** The place of an issuer, out of its name. */
export function issuerPlace(name: string): string {
  return shortName(name).replace(/发卡机构$| issuer$/, '')
}

/** A hexadecimal text in groups of `size` digits. */
export function hexGroups(hex: string, size: number): string[] {
  return hex.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
}

/** Metres as kilometres with one decimal. */
export function formatKm(distanceM: number): string {
  return (Math.round(distanceM / 100) / 10).toFixed(1)
}

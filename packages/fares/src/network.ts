/**
 * Stations, lines and the distances between neighbours: what shortest paths are taken from. Plain
 * JSON with whole numbers only, so that it can be signed; format of `network.json` in a folder.
 */
export interface StationNetwork {
  readonly id: string
  /** Operator, 8 digits; null when it belongs to none here. */
  readonly operator: string | null
  /** True for a network that was made up; it is labelled so wherever it is shown. */
  readonly generated: boolean
  readonly lines: readonly NetworkLine[]
  readonly stations: readonly Station[]
  /** Changes over the street that count as one ride. */
  readonly virtualTransfers: readonly VirtualTransfer[]
}

/** A line with its stations in order. */
export interface NetworkLine {
  /** 1 to 65535, unique. */
  readonly id: number
  readonly nameZh: string
  readonly nameEn: string
  readonly loop: boolean
  /** Ids of stations; two lines with the same id interchange there. */
  readonly stations: readonly number[]
  /** Metres from each station to the next; a loop has one more, from the last to the first. */
  readonly metres: readonly number[]
}

/** A station, whatever the number of its lines. */
export interface Station {
  /** 1 to 65535, unique. */
  readonly id: number
  readonly nameZh: string
  readonly nameEn: string
  /** GB/T 2260 code of its city, where that is not the operator's own (a line into a neighbour city). */
  readonly division?: string
  /** Millionths of a degree, WGS 84. */
  readonly lonMicrodeg?: number
  readonly latMicrodeg?: number
}

/** A walk between two stations; `metres` is what it adds to the fare distance, mostly 0. */
export interface VirtualTransfer {
  readonly from: number
  readonly to: number
  readonly metres: number
}

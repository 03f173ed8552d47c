import { createStationNode, type StationNode, type TerminalConfig } from '@unifare/terminal'

/** Gives the gates of every station one node in this process; other terminals have none. */
export function createStationNodes(): (config: TerminalConfig) => StationNode | undefined {
  const nodes = new Map<string, StationNode>()
  return ({ gate, operator, station }) => {
    if (!gate) return undefined
    const name = `${operator}/${station}`
    const node = nodes.get(name) ?? createStationNode()
    nodes.set(name, node)
    return node
  }
}

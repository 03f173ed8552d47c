import { Nothing } from '../shell/states.tsx'

/** Tariffs of the running network. */
export function TariffsPage({
  parameters,
}: {
  readonly parameters: Readonly<Record<string, string>>
}) {
  return <Nothing title={parameters['tariff'] ?? ''} />
}
